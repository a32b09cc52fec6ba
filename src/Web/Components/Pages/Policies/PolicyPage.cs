using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Data.Console;
using Amavis.Data.Console.Policies;
using Amavis.Web.Policies;
using Amavis.Web.SigningIn;
using Microsoft.AspNetCore.Components;

namespace Amavis.Web.Components.Pages.Policies;

/// <summary>What the pages over the tables of lookups have in common: the tables, and what is told when they are away.</summary>
public abstract class PolicyPage : ConsolePage
{
    private const int MaxSearch = 255;

    [Inject]
    protected PolicyTables Tables { get; set; } = default!;

    [Inject]
    protected PolicyQuery Query { get; set; } = default!;

    [Inject]
    protected PolicyChanges Changes { get; set; } = default!;

    [Inject]
    protected Settings Settings { get; set; } = default!;

    [Inject]
    protected NavigationManager Navigation { get; set; } = default!;

    /// <summary>Why there is nothing to show; null: there is.</summary>
    protected string? TablesFault { get; private set; }

    /// <summary>Why the last change was not made; null: it was, or there was none.</summary>
    protected string? Refusal { get; set; }

    /// <summary>What was done before this page; null: nothing.</summary>
    protected string? Done => HttpMethods.IsGet(Http.Request.Method) ? PolicyWords.Done(Parameter("done")) : null;

    protected bool MayEdit => Viewer.May(ConsoleRights.EditPolicies);

    protected string Client => Http.ClientAddress();

    /// <summary>A value of the address; empty: not given.</summary>
    protected string Parameter(string name) => Http.Request.Query[name].FirstOrDefault()?.Trim() is { } value ? value.Length > MaxSearch ? value[..MaxSearch] : value : "";

    protected long? Number(string name) => long.TryParse(Parameter(name), out var number) ? number : null;

    protected string? Cursor => Parameter("after") is { Length: > 0 } after ? after : null;

    protected override async Task OnInitializedAsync()
    {
        TablesFault = await Tables.FaultAsync(Aborted);
        if (TablesFault is not null)
            return;
        try
        {
            await LoadAsync();
        }
        catch (StorageUnavailableException away)
        {
            TablesFault = away.Message;
        }
    }

    protected abstract Task LoadAsync();

    /// <summary>Makes a change and goes on to an address, or says why it was not made.</summary>
    protected async Task ChangeAsync(Func<Task<string>> change)
    {
        string next;
        try
        {
            next = await change();
        }
        catch (ChangeRefusedException refused)
        {
            Refusal = refused.Message;
            return;
        }
        catch (StorageUnavailableException away)
        {
            Refusal = away.Message;
            return;
        }
        Navigation.NavigateTo(next);
    }
}
