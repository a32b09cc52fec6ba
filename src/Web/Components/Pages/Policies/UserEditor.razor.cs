using System.Globalization;
using Amavis.Data.Console.Policies;
using Amavis.Web.Navigation;
using Microsoft.AspNetCore.Components;

namespace Amavis.Web.Components.Pages.Policies;

/// <summary>One user: key, policy, and the senders on the lists; a new one when there is no number.</summary>
public partial class UserEditor
{
    private const int MaxChoices = 200;

    [Parameter]
    public long? Id { get; set; }

    private UserView? Stored { get; set; }

    private bool IsMissing { get; set; }

    private bool HasLocal { get; set; }

    private IReadOnlyList<PolicyChoice> Choices { get; set; } = [];

    private ListPage Listed { get; set; } = new([], null);

    private UserText Typed { get; set; } = new("", "", null, "", null, null);

    private string ListedSender { get; set; } = "";

    private string ListedKind { get; set; } = "W";

    private string ListedPoints { get; set; } = "";

    private string Title => Stored is { } user ? Shared.Labels.Address(user.Key) : IsMissing ? "No such user" : "New user";

    protected override async Task LoadAsync()
    {
        HasLocal = await Tables.HasLocalAsync(Aborted);
        if (Id is { } id)
        {
            Stored = await Query.UserAsync(Viewer, id, Aborted);
            if (Stored is not { } user)
            {
                IsMissing = true;
                AnswerNotFound();
                return;
            }
            Listed = await Query.ListAsync(Viewer, id, Cursor, Aborted);
            Typed = new UserText(user.Key, user.Priority.ToString(CultureInfo.InvariantCulture), user.PolicyId, user.FullName ?? "", user.Local, user.Stamp);
        }
        else
        {
            Typed = Typed with { PolicyId = Number("policy"), Key = Parameter("key") };
        }
        Choices = await Query.ChoicesAsync(Viewer, MaxChoices, Aborted);
    }

    private async Task SaveAsync()
    {
        if (TablesFault is not null || IsMissing)
            return;
        var posted = Http.Request.Form;
        Typed = new UserText(
            posted["key"].ToString(), posted["priority"].ToString(), long.TryParse(posted["policy"].ToString(), out var policy) ? policy : null,
            posted["fullname"].ToString().Trim(), posted["local"].ToString(), posted["stamp"].ToString() is { Length: > 0 } stamp ? stamp : null);
        if (!LookupKeyText.TryRead(Typed.Key, Settings, out var key, out var fault))
        {
            Refusal = "Key: " + fault;
            return;
        }
        if (Typed.PolicyId is not { } policyId)
        {
            Refusal = "Choose a policy.";
            return;
        }
        var priority = LookupKeyText.SuggestedPriority(key, Settings);
        if (Typed.Priority.Length > 0 && !int.TryParse(Typed.Priority, NumberStyles.None, CultureInfo.InvariantCulture, out priority))
        {
            Refusal = "The priority is a number from 0 to 1000.";
            return;
        }
        if (Typed.FullName.Length > 255 || Typed.FullName.Any(char.IsControl))
        {
            Refusal = "The name has at most 255 characters, and no line ends.";
            return;
        }
        var local = Typed.Local switch { "Y" => KeptLocal("Y"), "N" => KeptLocal("N"), _ => null };
        await ChangeAsync(async () =>
        {
            var id = await Changes.SaveUserAsync(Viewer, Client, Id, new UserDraft(key, priority, policyId, Typed.FullName.Length == 0 ? null : Typed.FullName, local), Typed.Stamp, Aborted);
            return Links.PolicyUser(id, done: Id is null ? "added" : "saved");
        });
    }

    private async Task ListAsync()
    {
        if (Stored is not { } user)
            return;
        var posted = Http.Request.Form;
        (ListedSender, ListedKind, ListedPoints) = (posted["sender"].ToString(), posted["kind"].ToString(), posted["points"].ToString());
        if (!LookupKeyText.TryRead(ListedSender, Settings, out var sender, out var fault))
        {
            Refusal = "Sender: " + fault;
            return;
        }
        var points = 0.0;
        if (ListedKind == "P" && !double.TryParse(ListedPoints, NumberStyles.Float, CultureInfo.InvariantCulture, out points))
        {
            Refusal = "Points are a number, such as -3.5 or 2.";
            return;
        }
        var meaning = new ListMeaning(ListedKind switch { "B" => ListKind.Black, "P" => ListKind.Points, "N" => ListKind.Neutral, _ => ListKind.White }, points);
        await ChangeAsync(async () =>
        {
            await Changes.SetListedAsync(Viewer, Client, user.Id, sender, LookupKeyText.SuggestedPriority(sender, Settings), meaning, Aborted);
            return Links.PolicyUser(user.Id, done: "listed");
        });
    }

    private async Task UnlistAsync()
    {
        if (Stored is not { } user || !long.TryParse(Http.Request.Form["entry"].ToString(), out var sender))
            return;
        await ChangeAsync(async () =>
        {
            await Changes.RemoveListedAsync(Viewer, Client, user.Id, sender, Aborted);
            return Links.PolicyUser(user.Id, done: "unlisted");
        });
    }

    private async Task DeleteAsync()
    {
        if (Stored is not { } user)
            return;
        if (Http.Request.Form["sure"].ToString() != "1")
        {
            Refusal = "Tick the box to delete the user.";
            return;
        }
        await ChangeAsync(async () =>
        {
            await Changes.DeleteUserAsync(Viewer, Client, user.Id, Aborted);
            return Links.PolicyUsers() + "?done=deleted";
        });
    }

    /// <summary>What other programs wrote otherwise stays when it says the same.</summary>
    private string KeptLocal(string chosen)
    {
        if (Stored?.Local is not { Length: > 0 } before)
            return chosen;
        return before is "N" or "n" or "F" or "f" or "0" == (chosen == "N") ? before : chosen;
    }

    /// <summary>The fields as they stand in the form.</summary>
    private sealed record UserText(string Key, string Priority, long? PolicyId, string FullName, string? Local, string? Stamp);
}
