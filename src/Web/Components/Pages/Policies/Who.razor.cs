using System.Net;
using Amavis.Core.Addresses;
using Amavis.Core.Explaining.Policies;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Data.Console;
using Microsoft.AspNetCore.Components;

namespace Amavis.Web.Components.Pages.Policies;

/// <summary>The effective policy of an address, every value with its source; its whole state is the address of the page.</summary>
public partial class Who
{
    private const int MaxText = 320;

    [Inject]
    private PolicyExplainer Explainer { get; set; } = default!;

    [Inject]
    private Settings Settings { get; set; } = default!;

    private string Address => Text("address");

    private string SenderText => Text("sender");

    private string ClientText => Text("client");

    private string BankText => Text("bank");

    private PolicyExplanation? Found { get; set; }

    private string? Fault { get; set; }

    protected override async Task OnInitializedAsync()
    {
        Viewer.Demand(ConsoleRights.ReadMessages);
        if (Address.Length == 0)
            return;
        if (Question() is not { } question)
            return;
        try
        {
            Found = await Explainer.ExplainAsync(Settings, question, Aborted);
        }
        catch (StorageUnavailableException away)
        {
            Fault = $"{away.Message}. Until it answers, mail waits with its client.";
        }
    }

    /// <summary>Null: what was typed can't be read, and <see cref="Fault"/> says why.</summary>
    private PolicyQuestion? Question()
    {
        if (!MailAddress.TryParse(Bare(Address), out var recipient) || recipient.IsNull)
        {
            Fault = $"\"{Address}\" is not an address.";
            return null;
        }
        MailAddress? sender = null;
        if (SenderText.Length > 0 && !MailAddress.TryParse(Bare(SenderText), out sender))
        {
            Fault = $"\"{SenderText}\" is not an address; write <> for the null sender.";
            return null;
        }
        IPAddress? client = null;
        if (ClientText.Length > 0 && !IPAddress.TryParse(ClientText.Trim('[', ']'), out client))
        {
            Fault = $"\"{ClientText}\" is not an IP address.";
            return null;
        }
        return new PolicyQuestion(recipient) { Sender = sender, Client = client, Banks = BankText.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries) };
    }

    private static string Bare(string text) => text is ['<', .. var path, '>'] ? path : text;

    private string Text(string name) => Http.Request.Query[name].FirstOrDefault()?.Trim() is { } text ? text.Length > MaxText ? text[..MaxText] : text : "";

    private static string Destiny(string? destiny) => destiny switch
    {
        "Pass" => "passed",
        "Discard" => "discarded",
        "Bounce" => "bounced",
        "Reject" => "rejected",
        "TempFail" => "deferred",
        _ => destiny ?? "passed",
    };
}
