using System.Globalization;
using Amavis.Core.Categories;
using Amavis.Data.Console;
using Amavis.Web.Navigation;
using Microsoft.AspNetCore.Components;

namespace Amavis.Web.Components.Pages;

/// <summary>The search over all messages; its whole state is the address.</summary>
public partial class Trace
{
    private const int PageSize = 50;

    private static readonly MailDirection[] Directions = [MailDirection.Inbound, MailDirection.Outbound, MailDirection.Internal, MailDirection.OpenRelay];

    [Inject]
    private TraceQuery Query { get; set; } = default!;

    private TraceFilter Filter { get; set; } = TraceFilter.Empty;

    private PageCursor? Cursor { get; set; }

    private MessageList Page { get; set; } = new([], null);

    /// <summary>A condition of the folded part is in use.</summary>
    private bool HasMore => Filter.MinScore is not null || Filter.MaxScore is not null || Filter.MessageId is not null || Filter.MailId is not null
        || Filter.QueueId is not null || Filter.LogId is not null || Filter.ClientAddress is not null || Filter.Response is not null
        || Filter.Quarantined || Filter.Unfinished;

    protected override async Task OnInitializedAsync()
    {
        Filter = TraceAddress.Read(Http.Request.Query, Times);
        Cursor = PageCursor.TryParse(Http.Request.Query[TraceAddress.After].FirstOrDefault(), out var cursor) ? cursor : null;
        Page = await Query.SearchAsync(Viewer, Filter, Cursor, PageSize, Aborted);
    }

    private static string? Number(double? value) => value?.ToString("0.###", CultureInfo.InvariantCulture);
}
