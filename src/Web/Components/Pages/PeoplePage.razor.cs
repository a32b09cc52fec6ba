using Amavis.Core.Policy;
using Amavis.Data.Console;
using Amavis.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Amavis.Web.Components.Pages;

/// <summary>The pen pals of an address, with the bonus their mail gets now and why.</summary>
public partial class PeoplePage
{
    private const int MaxAddress = 320;

    [Inject]
    private PeopleQuery Query { get; set; } = default!;

    [Inject]
    private Settings Settings { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    private string Who { get; set; } = "";

    private People? Result { get; set; }

    private PenPalBonus Bonus { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        Bonus = new PenPalBonus(Settings, Clock.GetUtcNow());
        var who = Http.Request.Query["who"].FirstOrDefault()?.Trim() ?? "";
        Who = who.Length > MaxAddress ? who[..MaxAddress] : who;
        if (Who.Length > 0)
            Result = await Query.FindAsync(Viewer, Who, Aborted);
    }

    private static TraceFilter Between(string sender, string recipient) => TraceFilter.Empty with { Sender = sender.Length == 0 ? "<>" : sender, Recipient = recipient.Length == 0 ? "<>" : recipient };
}
