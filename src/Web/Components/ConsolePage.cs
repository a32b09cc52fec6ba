using Amavis.Data.Console;
using Amavis.Web.Hosting;
using Amavis.Web.SigningIn;
using Microsoft.AspNetCore.Components;

namespace Amavis.Web.Components;

/// <summary>What every page has: the request, who asks, and the times.</summary>
public abstract class ConsolePage : ComponentBase
{
    [CascadingParameter]
    protected HttpContext Http { get; set; } = default!;

    [Inject]
    public Times Times { get; set; } = default!;

    protected ConsoleViewer Viewer => Http.User.ToViewer();

    protected CancellationToken Aborted => Http.RequestAborted;

    /// <summary>The page has nothing to show for this address.</summary>
    protected void AnswerNotFound() => Http.Response.StatusCode = StatusCodes.Status404NotFound;
}
