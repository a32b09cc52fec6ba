using Amavis.Core.Categories;
using Amavis.Data.Console;
using Amavis.Web.Navigation;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Amavis.Web.Components.Pages;

/// <summary>The first page: what is held, what came in and went out today, and why mail was blocked.</summary>
public partial class Today
{
    private static readonly char[] Blocked = ['D', 'B', 'R'];

    [Inject]
    private TodayQuery Query { get; set; } = default!;

    private TodayView View { get; set; } = default!;

    private TraceFilter Since => new() { Since = View.Since };

    /// <summary>In and out always; the others where there is such mail.</summary>
    private IReadOnlyList<MailDirection?> Directions =>
        [.. ((MailDirection?[])[MailDirection.Inbound, MailDirection.Outbound, MailDirection.Internal, MailDirection.OpenRelay, null])
            .Where(d => d is MailDirection.Inbound or MailDirection.Outbound || View.Verdicts.Any(v => v.Direction == d))];

    private string HoursLabel => $"{View.Deliveries} deliveries today, {View.Blocked} of them blocked, by hour";

    protected override async Task OnInitializedAsync() => View = await Query.ReadAsync(Viewer, Times.Today, Aborted);

    // A figure leads to the rows behind it; a zero has none.
    private static RenderFragment Cell(int figure, TraceFilter filter) => builder => AddCell(builder, figure, filter);

    private static void AddCell(RenderTreeBuilder builder, int figure, TraceFilter filter)
    {
        if (figure == 0)
        {
            builder.OpenElement(0, "span");
            builder.AddAttribute(1, "class", "soft");
            builder.AddContent(2, "0");
            builder.CloseElement();
            return;
        }
        builder.OpenElement(3, "a");
        builder.AddAttribute(4, "href", Links.Trace(filter));
        builder.AddContent(5, figure);
        builder.CloseElement();
    }
}
