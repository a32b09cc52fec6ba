using System.Globalization;
using Amavis.Data.Console.Policies;
using Amavis.Web.Navigation;
using Microsoft.AspNetCore.Components;

namespace Amavis.Web.Components.Pages.Policies;

/// <summary>One sender that stands on lists: its priority, and its end.</summary>
public partial class SenderEditor
{
    [Parameter]
    public long Id { get; set; }

    private SenderView? Stored { get; set; }

    private bool IsMissing { get; set; }

    private string Title => Stored is { } sender ? Shared.Labels.Address(sender.Key) : "No such sender";

    protected override async Task LoadAsync()
    {
        Stored = await Query.SenderAsync(Viewer, Id, Aborted);
        if (Stored is not null)
            return;
        IsMissing = true;
        AnswerNotFound();
    }

    private async Task SaveAsync()
    {
        if (!int.TryParse(Http.Request.Form["priority"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var priority))
        {
            Refusal = "The priority is a number from 0 to 1000.";
            return;
        }
        await ChangeAsync(async () =>
        {
            await Changes.SetSenderPriorityAsync(Viewer, Client, Id, priority, Aborted);
            return Links.Sender(Id, "saved");
        });
    }

    private async Task DeleteAsync()
    {
        if (Http.Request.Form["sure"].ToString() != "1")
        {
            Refusal = "Tick the box to delete the sender.";
            return;
        }
        await ChangeAsync(async () =>
        {
            await Changes.DeleteSenderAsync(Viewer, Client, Id, Aborted);
            return Links.Senders(done: "deleted");
        });
    }
}
