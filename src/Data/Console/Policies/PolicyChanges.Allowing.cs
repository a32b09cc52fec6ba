using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;

namespace Amavis.Data.Console.Policies;

public sealed partial class PolicyChanges
{
    /// <summary>A policy without a value of its own, for users who are only there for their lists.</summary>
    public const string EmptyPolicyName = "No settings of its own";

    /// <summary>
    /// Puts a sender on the white list of one recipient. A recipient without a row gets one: with the policy of the row that
    /// holds for the address now, so that nothing else changes for it.
    /// </summary>
    /// <param name="recipient">One address.</param>
    /// <param name="senderKey">Read by <see cref="LookupKeyText"/>.</param>
    /// <returns>The id of the recipient's row.</returns>
    /// <exception cref="ChangeRefusedException">Says why to the person who asked.</exception>
    public async Task<long> AllowAsync(ConsoleViewer viewer, string client, MailAddress recipient, string senderKey, Settings settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        Demand(viewer);
        if (!LookupKeyText.TryRead(recipient.Unquoted, settings, out var key, out var fault))
            throw new ChangeRefusedException("Recipient: " + fault);
        var user = await tables.ChangeAsync(
            async statements => await statements.NumberAsync("SELECT id FROM users WHERE email = $1", cancellationToken, statements.Address("users.email", key)), cancellationToken);
        if (user is null)
        {
            var policy = await tables.ChangeAsync(
                async statements => await PolicyForAsync(statements, recipient, settings, cancellationToken) ?? await EmptyPolicyAsync(statements, cancellationToken), cancellationToken);
            user = await SaveUserAsync(viewer, client, null, new UserDraft(key, LookupKeyText.SuggestedPriority(key, settings), policy, null, null), null, cancellationToken);
        }
        await SetListedAsync(viewer, client, user.Value, senderKey, LookupKeyText.SuggestedPriority(senderKey, settings), new ListMeaning(ListKind.White, 0), cancellationToken);
        return user.Value;
    }

    private static async Task<long?> PolicyForAsync(PolicyStatements statements, MailAddress recipient, Settings settings, CancellationToken cancellationToken)
    {
        (int Priority, long Policy)? best = null;
        // The more specific keys go first: among rows of equal priority theirs counts.
        foreach (var key in AddressKeys.For(recipient, settings.AddressRules).SqlKeys(includeBare: false))
        {
            var rows = await statements.RowsAsync("SELECT priority, policy_id FROM users WHERE email = $1", cancellationToken, statements.Address("users.email", key));
            if (rows is [[{ } priority, { } policy]] && int.TryParse(priority, out var number) && long.TryParse(policy, out var id) && (best is null || number > best.Value.Priority))
                best = (number, id);
        }
        return best?.Policy;
    }

    private static async Task<long> EmptyPolicyAsync(PolicyStatements statements, CancellationToken cancellationToken)
    {
        if (!statements.Shape.HasColumn("policy", "policy_name"))
            return await SaveAsync(statements, "policy", null, [], cancellationToken);
        return await statements.NumberAsync("SELECT MIN(id) FROM policy WHERE policy_name = $1", cancellationToken, EmptyPolicyName)
            ?? await SaveAsync(statements, "policy", null, [("policy_name", EmptyPolicyName)], cancellationToken);
    }
}
