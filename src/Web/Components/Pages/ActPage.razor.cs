using Amavis.Core.Messages;
using Amavis.Data.Console;
using Amavis.Web.Navigation;
using Amavis.Web.Releasing;
using Amavis.Web.SigningIn;
using Microsoft.AspNetCore.Components;

namespace Amavis.Web.Components.Pages;

/// <summary>Releases and deletes what was chosen on another page, and shows what came of each item. Only a POST with a token acts.</summary>
public partial class ActPage
{
    /// <summary>Items of one request at most; more are done in several.</summary>
    public const int MaxItems = 200;

    [Inject]
    private Releases Releases { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "act")]
    private ActForm? Form { get; set; }

    private List<ItemResult> Results { get; } = [];

    private Question? Confirm { get; set; }

    private string? Fault { get; set; }

    private string Title { get; set; } = "Release";

    private string Back => Links.Local(Form?.Back) is var local && local != Links.Today ? local : Links.Quarantine();

    protected override void OnInitialized()
    {
        // Somebody came by a link or reloaded: there is nothing to show, and nothing is done.
        if (!HttpMethods.IsPost(Http.Request.Method))
            Navigation.NavigateTo(Links.Quarantine());
    }

    private async Task ActAsync()
    {
        var items = Items();
        Title = Form?.Act switch
        {
            "delete" => "Delete",
            "spam" => "Learn as spam",
            _ => "Release",
        };
        if (items.Count == 0)
        {
            Fault = "Nothing was chosen.";
            return;
        }
        if (items.Count > MaxItems)
        {
            Fault = $"More than {MaxItems} were chosen; do it in several steps.";
            return;
        }
        switch (Form?.Act)
        {
            case "release" when Viewer.May(ConsoleRights.Release):
                await ReleaseAsync(items);
                break;
            case "spam" when Viewer.May(ConsoleRights.Release) && Releases.CanTeach:
                foreach (var group in items.GroupBy(i => i.Key))
                    Results.Add(await Releases.TeachAsync(Viewer, Http.ClientAddress(), group.Key, Positions(group), SpamClass.Spam, Aborted));
                break;
            case "delete" when Viewer.May(ConsoleRights.Delete):
                await DeleteAsync(items);
                break;
            default:
                Http.Response.StatusCode = StatusCodes.Status403Forbidden;
                Fault = "Your account may not do that.";
                break;
        }
    }

    private List<ActItem> Items()
    {
        var items = new List<ActItem>();
        foreach (var text in Form?.Items ?? [])
            if (ActItem.TryParse(text, out var item) && !items.Contains(item))
                items.Add(item);
        return items;
    }

    private async Task ReleaseAsync(List<ActItem> items)
    {
        var again = new List<(ActItem Item, string Line)>();
        foreach (var group in items.GroupBy(i => i.Key))
        {
            var result = await Releases.ReleaseAsync(Viewer, Http.ClientAddress(), group.Key, Positions(group), Form!.Confirmed, Aborted);
            Results.Add(result);
            // Mail that was held for something else says nothing about spam. It is out already: what comes of learning changes nothing of that.
            if (Form.Learn && Releases.CanTeach && result is { State: ItemState.Done or ItemState.Partly, Message.IsSpam: true })
                Results.Add(await Releases.TeachAsync(Viewer, Http.ClientAddress(), group.Key, Positions(group), SpamClass.Ham, Aborted));
            if (result.State == ItemState.NeedsConfirmation)
                again.AddRange(group.Select(item => (item, Labelled(result))));
        }
        if (again.Count > 0)
            Confirm = new Question("release", "Release once more?", "Release again", [.. again.Select(a => a.Line).Distinct()], [.. again.Select(a => a.Item)]);
    }

    private async Task DeleteAsync(List<ActItem> items)
    {
        var groups = items.GroupBy(i => i.Key).ToList();
        if (!Form!.Confirmed)
        {
            var count = groups.Count == 1 ? "this message" : $"these {groups.Count} messages";
            Confirm = new Question("delete", $"Delete {count} from quarantine? Kept text can't be brought back.", "Delete", [], items);
            return;
        }
        foreach (var group in groups)
            Results.Add(await Releases.DeleteAsync(Viewer, Http.ClientAddress(), group.Key, Positions(group), Aborted));
    }

    // Null stands for everybody it is held from.
    private static List<int>? Positions(IEnumerable<ActItem> items)
    {
        var list = items.ToList();
        return list.Exists(i => i.Position is null) ? null : [.. list.Select(i => i.Position!.Value)];
    }

    private static string Labelled(ItemResult result) =>
        $"{Shared.Labels.Subject(result.Message?.Subject ?? "")}: {result.Text}";

    public sealed class ActForm
    {
        public string? Act { get; set; }
        public string? Back { get; set; }
        public bool Confirmed { get; set; }

        /// <summary>Of a release: the spam scanners are to learn that it was not spam.</summary>
        public bool Learn { get; set; }

        public string[]? Items { get; set; }
    }

    private sealed record Question(string Act, string Text, string Yes, IReadOnlyList<string> Lines, IReadOnlyList<ActItem> Items);
}
