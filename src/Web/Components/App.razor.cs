using Amavis.Web.Hosting;
using Microsoft.AspNetCore.Components;

namespace Amavis.Web.Components;

/// <summary>The document around every page.</summary>
public partial class App
{
    [CascadingParameter]
    private HttpContext Http { get; set; } = default!;

    /// <summary>Null follows the browser's own choice.</summary>
    private string? Theme => ThemeChoice.Of(Http.Request);
}
