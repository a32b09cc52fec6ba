using Amavis.Data.Console;
using Amavis.Data.Model;
using Amavis.Web.Content;
using Microsoft.AspNetCore.Components;

namespace Amavis.Web.Components.Pages;

/// <summary>The one permanent page of a message.</summary>
public partial class MessagePage
{
    private const int MaxActs = 200;

    private static readonly (string Name, string Label)[] AllTabs =
        [("why", "Why"), ("recipients", "Recipients"), ("content", "Content"), ("headers", "Headers"), ("parts", "Parts"), ("timeline", "Timeline")];

    [Parameter]
    public string Key { get; set; } = "";

    [Inject]
    private MessageQuery Query { get; set; } = default!;

    [Inject]
    private KeptText Texts { get; set; } = default!;

    [Inject]
    private AuditLog Audit { get; set; } = default!;

    private MessageView? View { get; set; }

    private string Tab { get; set; } = "why";

    private bool AsHtml { get; set; }

    /// <summary>Read only for the tabs that show it; null: nothing is kept, or not for this viewer.</summary>
    private KeptTextResult? Kept { get; set; }

    private IReadOnlyList<AuditRow> Acts { get; set; } = [];

    private IEnumerable<(string Name, string Label)> Tabs =>
        AllTabs.Where(t => t.Name != "content" || View!.Summary.QuarantineType != ' ');

    private string? ClientName => View?.Explanation?.ClientName is { Length: > 0 } name ? $"({name})" : null;

    protected override async Task OnInitializedAsync()
    {
        View = MessageKey.TryParse(Key, out var key) ? await Query.FindAsync(Viewer, key, Aborted) : null;
        if (View is null)
        {
            AnswerNotFound();
            return;
        }
        var asked = Http.Request.Query["tab"].FirstOrDefault();
        Tab = Tabs.Any(t => t.Name == asked) ? asked! : "why";
        AsHtml = Http.Request.Query["view"] == "html";
        if (Tab is "content" or "headers" or "parts")
            Kept = await Texts.ReadAsync(Viewer, key, Aborted);
        if (Tab == "timeline")
            Acts = await Audit.ReadOfAsync(Viewer, key.ToString(), MaxActs, Aborted);
    }
}
