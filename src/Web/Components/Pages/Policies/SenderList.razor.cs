namespace Amavis.Web.Components.Pages.Policies;

/// <summary>The senders that stand on lists.</summary>
public partial class SenderList
{
    private string Search => Parameter("q");

    private Data.Console.Policies.SenderPage Page { get; set; } = new([], null);

    protected override async Task LoadAsync() => Page = await Query.SendersAsync(Viewer, Search, Cursor, Aborted);
}
