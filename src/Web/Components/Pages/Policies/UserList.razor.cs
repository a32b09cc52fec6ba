using Amavis.Data.Console.Policies;

namespace Amavis.Web.Components.Pages.Policies;

/// <summary>The users of the lookup database.</summary>
public partial class UserList
{
    private string Search => Parameter("q");

    private long? PolicyId => Number("policy");

    private UserPage Page { get; set; } = new([], null);

    protected override async Task LoadAsync() => Page = await Query.UsersAsync(Viewer, Search, PolicyId, Cursor, Aborted);
}
