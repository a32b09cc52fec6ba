namespace Amavis.Web.Components.Pages.Policies;

/// <summary>The policies of the lookup database, with how many use each.</summary>
public partial class PolicyList
{
    private string Search => Parameter("q");

    private Data.Console.Policies.PolicyPage Page { get; set; } = new([], null);

    protected override async Task LoadAsync() => Page = await Query.PoliciesAsync(Viewer, Search, Number("after"), Aborted);
}
