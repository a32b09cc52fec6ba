using Amavis.Data.Console;
using Amavis.Web.Content;
using Amavis.Web.Navigation;
using Amavis.Web.Releasing;
using Microsoft.AspNetCore.Components;

namespace Amavis.Web.Components.Pages;

/// <summary>The quarantine: a list with its preview beside it. Works without script; with it, by keyboard.</summary>
public partial class QuarantinePage
{
    private const int PageSize = 50;

    /// <summary>Text shown in the preview, in characters.</summary>
    private const int MaxPreview = 8000;

    private static readonly int[] Ages = [1, 2, 7, 14, 30];

    /// <summary>Verdicts of mail that gets quarantined.</summary>
    private static readonly char[] Letters = ['V', 'B', 'U', 'S', 'Y', 'H', 'M', 'C'];

    private static readonly (QuarantineState State, string Label)[] States =
    [
        (QuarantineState.Held, "Held now"), (QuarantineState.Requested, "Release requested"), (QuarantineState.Released, "Released"),
        (QuarantineState.Deleted, "Deleted"), (QuarantineState.Any, "Every kept copy"),
    ];

    [Inject]
    private QuarantineQuery Query { get; set; } = default!;

    [Inject]
    private MessageQuery Messages { get; set; } = default!;

    [Inject]
    private Releases Releases { get; set; } = default!;

    [Inject]
    private KeptText Texts { get; set; } = default!;

    private QuarantineFilter Filter { get; set; } = QuarantineFilter.Default;

    private PageCursor? Cursor { get; set; }

    private string? After => Cursor?.ToString();

    private MessageList Page { get; set; } = new([], null);

    /// <summary>The message in the preview; null: none.</summary>
    private MessageView? Open { get; set; }

    private KeptTextResult? Kept { get; set; }

    private MessageContent? Content => Kept is KeptTextResult.Found found ? new MessageContent(found.Octets) : null;

    private bool MayAct => Viewer.May(ConsoleRights.Release) || Viewer.May(ConsoleRights.Delete);

    private bool MayTeach => Viewer.May(ConsoleRights.Release) && Releases.CanTeach;

    private bool IsFiltered => Filter.Text is not null || Filter.Recipient is not null || Filter.Verdicts.Count > 0
        || Filter.YoungerThan is not null || Filter.OlderThan is not null || Filter.State != QuarantineState.Held;

    /// <summary>Why it was held: the answers given for it, each once.</summary>
    private IEnumerable<string> Reasons => Open!.Summary.Recipients.Where(r => r.DeliveryStatus != 'P' && r.Response.Length > 0).Select(r => r.Response).Distinct().Take(3);

    protected override async Task OnInitializedAsync()
    {
        Filter = QuarantineAddress.Read(Http.Request.Query);
        Cursor = PageCursor.TryParse(Http.Request.Query[QuarantineAddress.After].FirstOrDefault(), out var cursor) ? cursor : null;
        Page = await Query.ListAsync(Viewer, Filter, Cursor, PageSize, Aborted);
        if (!MessageKey.TryParse(Http.Request.Query[QuarantineAddress.Open].FirstOrDefault(), out var key))
            return;
        Open = await Messages.FindAsync(Viewer, key, Aborted);
        if (Open is not null)
            Kept = await Texts.ReadAsync(Viewer, key, Aborted);
    }
}
