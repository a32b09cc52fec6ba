using Amavis.Core.Explaining.Policies;
using Amavis.Data.Console.Policies;
using Amavis.Web.Navigation;
using Amavis.Web.Policies;
using Microsoft.AspNetCore.Components;

namespace Amavis.Web.Components.Pages.Policies;

/// <summary>One policy, every setting inherited or set; a new one when there is no number.</summary>
public partial class PolicyEditor
{
    /// <summary>Policies to choose from when users are moved.</summary>
    private const int MaxChoices = 200;

    private IReadOnlyList<PolicyColumn> _columns = [];

    [Parameter]
    public long? Id { get; set; }

    private PolicyView? Stored { get; set; }

    private bool IsMissing { get; set; }

    private PolicyForm Form { get; set; } = PolicyForm.Of(null, []);

    private IReadOnlyList<PolicyChoice> Others { get; set; } = [];

    private string Title => Stored is { } policy ? PolicyWords.Name(policy.Id, policy.Name) : IsMissing ? "No such policy" : "New policy";

    private IEnumerable<IGrouping<PolicyGroup, (PolicySubject Subject, PolicyColumn Column)>> Groups =>
        _columns.Select(c => (Subject: PolicyWords.Subject(c.Field), Column: c)).OrderBy(c => c.Subject.Group).GroupBy(c => c.Subject.Group);

    /// <summary>What is not wrong, but may not be what is wanted.</summary>
    private IEnumerable<string> Warnings
    {
        get
        {
            var unknown = (Stored?.Values.GetValueOrDefault("banned_rulenames") ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Where(n => !Settings.BannedRules.ContainsKey(n)).ToList();
            if (unknown.Count > 0)
                yield return $"Rules of names and types: this configuration has no rule named {string.Join(", ", unknown)}; the filter skips what it does not know.";
        }
    }

    protected override async Task LoadAsync()
    {
        _columns = await Tables.ColumnsAsync(Aborted);
        if (Id is { } id)
        {
            Stored = await Query.PolicyAsync(Viewer, id, Aborted);
            if (Stored is null)
            {
                IsMissing = true;
                AnswerNotFound();
                return;
            }
            if (Stored.UserCount > 0 && MayEdit)
                Others = [.. (await Query.ChoicesAsync(Viewer, MaxChoices, Aborted)).Where(c => c.Id != id)];
        }
        Form = PolicyForm.Of(Stored, _columns);
    }

    private async Task SaveAsync()
    {
        if (TablesFault is not null || IsMissing)
            return;
        Form = PolicyForm.Read(Http.Request.Form, Stored, _columns);
        if (!Form.IsGood)
            return;
        await ChangeAsync(async () =>
        {
            var id = await Changes.SavePolicyAsync(Viewer, Client, Id, new PolicyDraft(Form.Name.Length == 0 ? null : Form.Name, Form.Values), Form.Stamp, Aborted);
            return Links.Policy(id, Id is null ? "added" : "saved");
        });
    }

    private async Task DeleteAsync()
    {
        if (Stored is not { } policy)
            return;
        await ChangeAsync(async () =>
        {
            long? to = long.TryParse(Http.Request.Form["to"].ToString(), out var other) ? other : null;
            await Changes.DeletePolicyAsync(Viewer, Client, policy.Id, to, Aborted);
            return Links.Policies() + "?done=deleted";
        });
    }
}
