using System.Globalization;
using Amavis.Core.Lookups.Databases;

namespace Amavis.Data.Console.Policies;

/// <summary>
/// Changes users, policies and sender lists. Every change asks for the right to it, is made in one transaction, and is noted in the
/// audit. The filter has it at once: PostgreSQL tells of it, and what is read from SQLite is not kept.
/// </summary>
/// <param name="audit">Of the console's own database.</param>
public sealed partial class PolicyChanges(PolicyTables tables, AuditLog audit)
{
    private const int MaxPriority = 1000;

    /// <param name="id">Null: a new row.</param>
    /// <param name="stamp">Of the row as it was shown; null: whatever it is now.</param>
    /// <returns>The row's id.</returns>
    /// <exception cref="ChangeRefusedException">Says why to the person who asked.</exception>
    public async Task<long> SaveUserAsync(ConsoleViewer viewer, string client, long? id, UserDraft draft, string? stamp, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(draft);
        Demand(viewer);
        if (draft.Priority is < 0 or > MaxPriority)
            throw new ChangeRefusedException($"The priority is a number from 0 to {MaxPriority}.");
        var (saved, detail) = await tables.ChangeAsync(async statements =>
        {
            var before = id is { } known ? await PolicyQuery.UserAsync(statements, known, cancellationToken) ?? throw Gone("user") : null;
            CheckStamp(stamp, before?.Stamp);
            if (await statements.NumberAsync("SELECT id FROM policy WHERE id = $1", cancellationToken, draft.PolicyId) is null)
                throw new ChangeRefusedException($"There is no policy {draft.PolicyId}.");
            var email = statements.Address("users.email", draft.Key);
            if (await statements.NumberAsync("SELECT id FROM users WHERE email = $1", cancellationToken, email) is { } taken && taken != id)
                throw new ChangeRefusedException($"There is already a user with the key {draft.Key}.");
            var columns = new List<(string Name, object? Value)> { ("email", email), ("priority", draft.Priority), ("policy_id", draft.PolicyId) };
            if (statements.Shape.HasColumn("users", "fullname"))
                columns.Add(("fullname", draft.FullName));
            if (statements.Shape.HasColumn("users", "local"))
                columns.Add(("local", draft.Local));
            var row = await SaveAsync(statements, "users", id, columns, cancellationToken);
            return (row, Differences(
                ("key", before?.Key, draft.Key), ("priority", Text(before?.Priority), Text(draft.Priority)), ("policy", Text(before?.PolicyId), Text(draft.PolicyId)),
                ("full name", before?.FullName, draft.FullName), ("local", before?.Local, draft.Local)));
        }, cancellationToken);
        await NoteAsync(viewer, client, id is null ? "user-added" : "user-changed", $"user {saved} ({draft.Key})", detail);
        return saved;
    }

    /// <summary>Deletes the row and what stands on its lists.</summary>
    public async Task DeleteUserAsync(ConsoleViewer viewer, string client, long id, CancellationToken cancellationToken)
    {
        Demand(viewer);
        var (user, entries) = await tables.ChangeAsync(async statements =>
        {
            var before = await PolicyQuery.UserAsync(statements, id, cancellationToken) ?? throw Gone("user");
            var listed = await statements.ExecuteAsync("DELETE FROM wblist WHERE rid = $1", cancellationToken, id);
            await statements.ExecuteAsync("DELETE FROM users WHERE id = $1", cancellationToken, id);
            return (before, listed);
        }, cancellationToken);
        await NoteAsync(viewer, client, "user-deleted", $"user {id} ({user.Key})", $"policy {user.PolicyId}, {entries} list entries with it");
    }

    /// <inheritdoc cref="SaveUserAsync"/>
    public async Task<long> SavePolicyAsync(ConsoleViewer viewer, string client, long? id, PolicyDraft draft, string? stamp, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(draft);
        Demand(viewer);
        var (saved, detail) = await tables.ChangeAsync(async statements =>
        {
            var before = id is { } known ? await PolicyQuery.PolicyAsync(statements, known, cancellationToken) ?? throw Gone("policy") : null;
            CheckStamp(stamp, before?.Stamp);
            var columns = new List<(string Name, object? Value)>();
            var differences = new List<(string, string?, string?)>();
            if (statements.Shape.HasColumn("policy", "policy_name"))
            {
                columns.Add(("policy_name", draft.Name));
                differences.Add(("name", before?.Name, draft.Name));
            }
            foreach (var (field, _) in PolicyTables.ColumnsOf(statements.Shape))
            {
                if (!draft.Values.TryGetValue(field.Sql, out var value))
                    continue;
                columns.Add((field.Sql, Stored(field, value)));
                differences.Add((field.Sql, before?.Values.GetValueOrDefault(field.Sql), value));
            }
            var row = await SaveAsync(statements, "policy", id, columns, cancellationToken);
            return (row, Differences([.. differences]));
        }, cancellationToken);
        await NoteAsync(viewer, client, id is null ? "policy-added" : "policy-changed", Named(saved, draft.Name), detail);
        return saved;
    }

    /// <param name="usersTo">The policy its users get instead; null: it must have no users.</param>
    public async Task DeletePolicyAsync(ConsoleViewer viewer, string client, long id, long? usersTo, CancellationToken cancellationToken)
    {
        Demand(viewer);
        var (policy, moved) = await tables.ChangeAsync(async statements =>
        {
            var before = await PolicyQuery.PolicyAsync(statements, id, cancellationToken) ?? throw Gone("policy");
            var users = 0;
            if (usersTo is { } other)
            {
                if (other == id || await statements.NumberAsync("SELECT id FROM policy WHERE id = $1", cancellationToken, other) is null)
                    throw new ChangeRefusedException($"Its users can't be given to policy {other}: choose another one that is there.");
                users = await statements.ExecuteAsync("UPDATE users SET policy_id = $1 WHERE policy_id = $2", cancellationToken, other, id);
            }
            else if (before.UserCount > 0)
            {
                throw new ChangeRefusedException("This policy has users. Choose the policy they get instead.");
            }
            await statements.ExecuteAsync("DELETE FROM policy WHERE id = $1", cancellationToken, id);
            return (before, users);
        }, cancellationToken);
        await NoteAsync(viewer, client, "policy-deleted", Named(id, policy.Name), usersTo is null ? "without users" : $"{moved} users get policy {usersTo}");
    }

    /// <summary>Puts a sender on a user's lists, or changes what stands there.</summary>
    /// <param name="senderKey">Read by <see cref="LookupKeyText"/>.</param>
    /// <param name="priority">Of a sender key that is not there yet.</param>
    public async Task SetListedAsync(ConsoleViewer viewer, string client, long userId, string senderKey, int priority, ListMeaning meaning, CancellationToken cancellationToken)
    {
        Demand(viewer);
        if (meaning.Kind == ListKind.Points && (!double.IsFinite(meaning.Points) || Math.Abs(meaning.Points) > ListMeaning.MaxPoints || meaning.Stored.TrimStart('+', '-') == "0"))
            throw new ChangeRefusedException($"Points are a number from -{ListMeaning.MaxPoints} to {ListMeaning.MaxPoints}, and not 0.");
        var (user, before) = await tables.ChangeAsync(async statements =>
        {
            var owner = await PolicyQuery.UserAsync(statements, userId, cancellationToken) ?? throw Gone("user");
            var email = statements.Address("mailaddr.email", senderKey);
            var sender = await statements.NumberAsync("SELECT id FROM mailaddr WHERE email = $1", cancellationToken, email)
                ?? await SaveAsync(statements, "mailaddr", null, [("email", email), ("priority", priority)], cancellationToken);
            var old = (await statements.RowsAsync("SELECT wb FROM wblist WHERE rid = $1 AND sid = $2", cancellationToken, userId, sender)).FirstOrDefault()?[0];
            await statements.ExecuteAsync(
                old is null ? "INSERT INTO wblist (wb, rid, sid) VALUES ($1, $2, $3)" : "UPDATE wblist SET wb = $1 WHERE rid = $2 AND sid = $3",
                cancellationToken, meaning.Stored, userId, sender);
            return (owner, old);
        }, cancellationToken);
        await NoteAsync(viewer, client, "sender-listed", $"user {userId} ({user.Key})", Differences(($"sender {senderKey}", before, meaning.Stored)));
    }

    public async Task RemoveListedAsync(ConsoleViewer viewer, string client, long userId, long senderId, CancellationToken cancellationToken)
    {
        Demand(viewer);
        var (user, sender) = await tables.ChangeAsync(async statements =>
        {
            var owner = await PolicyQuery.UserAsync(statements, userId, cancellationToken) ?? throw Gone("user");
            var key = (await PolicyQuery.SenderAsync(statements, senderId, cancellationToken))?.Key ?? throw Gone("sender");
            return await statements.ExecuteAsync("DELETE FROM wblist WHERE rid = $1 AND sid = $2", cancellationToken, userId, senderId) == 0 ? throw Gone("entry") : (owner, key);
        }, cancellationToken);
        await NoteAsync(viewer, client, "sender-unlisted", $"user {userId} ({user.Key})", $"sender {sender}");
    }

    public async Task SetSenderPriorityAsync(ConsoleViewer viewer, string client, long senderId, int priority, CancellationToken cancellationToken)
    {
        Demand(viewer);
        if (priority is < 0 or > MaxPriority)
            throw new ChangeRefusedException($"The priority is a number from 0 to {MaxPriority}.");
        var before = await tables.ChangeAsync(async statements =>
        {
            var sender = await PolicyQuery.SenderAsync(statements, senderId, cancellationToken) ?? throw Gone("sender");
            await statements.ExecuteAsync("UPDATE mailaddr SET priority = $1 WHERE id = $2", cancellationToken, priority, senderId);
            return sender;
        }, cancellationToken);
        await NoteAsync(viewer, client, "sender-changed", $"sender {before.Key}", Differences(("priority", Text(before.Priority), Text(priority))));
    }

    /// <summary>Deletes a sender key, and takes it off every list.</summary>
    public async Task DeleteSenderAsync(ConsoleViewer viewer, string client, long senderId, CancellationToken cancellationToken)
    {
        Demand(viewer);
        var (sender, lists) = await tables.ChangeAsync(async statements =>
        {
            var before = await PolicyQuery.SenderAsync(statements, senderId, cancellationToken) ?? throw Gone("sender");
            var taken = await statements.ExecuteAsync("DELETE FROM wblist WHERE sid = $1", cancellationToken, senderId);
            await statements.ExecuteAsync("DELETE FROM mailaddr WHERE id = $1", cancellationToken, senderId);
            return (before, taken);
        }, cancellationToken);
        await NoteAsync(viewer, client, "sender-deleted", $"sender {sender.Key}", $"taken off {lists} lists");
    }

    /// <summary>Inserts a row, or updates the one with the id. Names of columns are our own.</summary>
    private static async Task<long> SaveAsync(PolicyStatements statements, string table, long? id, List<(string Name, object? Value)> columns, CancellationToken cancellationToken)
    {
        var values = columns.Select(c => c.Value).ToList();
        if (id is { } known)
        {
            if (columns.Count > 0)
                await statements.ExecuteAsync(
                    $"UPDATE {table} SET {string.Join(", ", columns.Select((c, i) => $"{c.Name} = ${i + 1}"))} WHERE id = ${columns.Count + 1}", cancellationToken, [.. values, known]);
            return known;
        }
        var sql = columns.Count == 0
            ? $"INSERT INTO {table} DEFAULT VALUES RETURNING id"
            : $"INSERT INTO {table} ({string.Join(", ", columns.Select(c => c.Name))}) VALUES ({string.Join(", ", columns.Select((_, i) => $"${i + 1}"))}) RETURNING id";
        return await statements.NumberAsync(sql, cancellationToken, [.. values]) ?? throw new ChangeRefusedException("The database gave the new row no number.");
    }

    private static object? Stored(PolicyField field, string? value)
    {
        if (value is null || field.Kind != FieldKind.Number)
            return value;
        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw new ChangeRefusedException($"{field.Sql}: \"{value}\" is not a number.");
    }

    private static void Demand(ConsoleViewer viewer)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        viewer.Demand(ConsoleRights.EditPolicies);
    }

    private static void CheckStamp(string? shown, string? now)
    {
        if (shown is not null && now is not null && shown != now)
            throw new ChangeRefusedException("Somebody else has changed this row since it was shown to you. Look at it again before you change it.");
    }

    private static ChangeRefusedException Gone(string what) => new($"This {what} is no longer there.");

    private static string Named(long id, string? name) => string.IsNullOrEmpty(name) ? $"policy {id}" : $"policy {id} ({name})";

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string Differences(params (string Name, string? Before, string? After)[] values)
    {
        static string Shown(string? value) => value switch { null => "(none)", "" => "(empty)", _ => value };
        var changed = values.Where(v => v.Before != v.After).Select(v => $"{v.Name}: {Shown(v.Before)} -> {Shown(v.After)}");
        return string.Join("; ", changed) is { Length: > 0 } text ? text : "nothing changed";
    }

    // The change is made already: it is noted even when the browser has gone.
    private Task NoteAsync(ConsoleViewer viewer, string client, string action, string subject, string detail) =>
        audit.AppendAsync(new AuditEntry(viewer.Name, client, action, subject, detail), CancellationToken.None);
}
