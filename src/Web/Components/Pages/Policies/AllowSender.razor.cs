using Amavis.Core.Addresses;
using Amavis.Data.Console.Policies;
using Amavis.Web.Navigation;

namespace Amavis.Web.Components.Pages.Policies;

/// <summary>Puts the sender of a message on the white list of a recipient, whose row is made when there is none.</summary>
public partial class AllowSender
{
    private string Sender { get; set; } = "";

    private string Recipient { get; set; } = "";

    private string? Domain => Sender.LastIndexOf('@') is var at and > 0 && at + 1 < Sender.Length ? Sender[(at + 1)..] : null;

    protected override Task LoadAsync()
    {
        (Sender, Recipient) = (Parameter("sender"), Parameter("recipient"));
        return Task.CompletedTask;
    }

    private async Task AllowAsync()
    {
        if (TablesFault is not null)
            return;
        var posted = Http.Request.Form;
        (Sender, Recipient) = (posted["sender"].ToString(), posted["recipient"].ToString().Trim());
        if (!LookupKeyText.TryRead(Sender, Settings, out var key, out var fault))
        {
            Refusal = "Sender: " + fault;
            return;
        }
        if (!MailAddress.TryParse(Recipient.Trim('<', '>'), out var recipient) || recipient.Domain.Length == 0)
        {
            Refusal = "Recipient: give one address.";
            return;
        }
        await ChangeAsync(async () => Links.PolicyUser(await Changes.AllowAsync(Viewer, Client, recipient, key, Settings, Aborted), done: "listed"));
    }
}
