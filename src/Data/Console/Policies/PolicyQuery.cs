using System.Globalization;

namespace Amavis.Data.Console.Policies;

/// <summary>Reads users, policies and sender lists for the console. Pages are cut by key, so that a million rows are no burden.</summary>
public sealed class PolicyQuery(PolicyTables tables)
{
    /// <summary>Rows of one page.</summary>
    public const int PageSize = 50;

    /// <summary>Counts end here: more is "more than".</summary>
    public const int MaxCount = 1000;

    private const int UsersShown = 10;

    /// <param name="search">A piece of the key; empty: all.</param>
    /// <param name="policyId">Null: of any policy.</param>
    /// <param name="after">Cursor of the page before; null: the first page.</param>
    public Task<UserPage> UsersAsync(ConsoleViewer viewer, string search, long? policyId, string? after, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        viewer.Demand(ConsoleRights.ReadMessages);
        return tables.RunAsync(async statements =>
        {
            var conditions = new List<string>();
            var arguments = new List<object?>();
            if (after is not null)
            {
                arguments.Add(statements.Address("users.email", after));
                conditions.Add($"u.email > ${arguments.Count}");
            }
            if (policyId is { } id)
            {
                arguments.Add(id);
                conditions.Add($"u.policy_id = ${arguments.Count}");
            }
            if (search.Length > 0)
            {
                var (condition, value) = statements.Contains("users.email", search, arguments.Count + 1);
                conditions.Add(condition.Replace("users.email", "u.email", StringComparison.Ordinal));
                arguments.Add(value);
            }
            var users = await UsersAsync(statements, conditions, arguments, PageSize + 1, cancellationToken);
            return new UserPage([.. users.Take(PageSize)], users.Count > PageSize ? users[PageSize - 1].Key : null);
        }, cancellationToken);
    }

    /// <summary>Null: there is no such row.</summary>
    public Task<UserView?> UserAsync(ConsoleViewer viewer, long id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        viewer.Demand(ConsoleRights.ReadMessages);
        return tables.RunAsync(statements => UserAsync(statements, id, cancellationToken), cancellationToken);
    }

    internal static async Task<UserView?> UserAsync(PolicyStatements statements, long id, CancellationToken cancellationToken) =>
        (await UsersAsync(statements, ["u.id = $1"], [id], 1, cancellationToken)).FirstOrDefault();

    /// <param name="search">A piece of the name, or a number; empty: all.</param>
    public Task<PolicyPage> PoliciesAsync(ConsoleViewer viewer, string search, long? after, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        viewer.Demand(ConsoleRights.ReadMessages);
        return tables.RunAsync(async statements =>
        {
            var columns = PolicyTables.ColumnsOf(statements.Shape);
            var named = statements.Shape.HasColumn("policy", "policy_name");
            var overrides = columns.Count == 0 ? "0" : string.Join(" + ", columns.Select(c => $"CASE WHEN p.{c.Field.Sql} IS NULL THEN 0 ELSE 1 END"));
            var conditions = new List<string> { "p.id > $1" };
            var arguments = new List<object?> { after ?? -1 };
            if (search.Length > 0)
            {
                arguments.Add(search.ToLowerInvariant());
                conditions.Add(named ? $"(lower(p.policy_name) LIKE '%' || ${arguments.Count} || '%' OR CAST(p.id AS TEXT) = ${arguments.Count})" : $"CAST(p.id AS TEXT) = ${arguments.Count}");
            }
            var rows = await statements.RowsAsync(
                $"SELECT p.id, {(named ? "p.policy_name" : "NULL")}, (SELECT count(*) FROM (SELECT 1 FROM users u WHERE u.policy_id = p.id LIMIT {MaxCount + 1}) AS used), {overrides} "
                + $"FROM policy p WHERE {string.Join(" AND ", conditions)} ORDER BY p.id LIMIT {PageSize + 1}", cancellationToken, [.. arguments]);
            var policies = rows.Select(r => new PolicySummary(Number(r[0]), r[1], (int)Number(r[2]), (int)Number(r[3]))).ToList();
            return new PolicyPage([.. policies.Take(PageSize)], policies.Count > PageSize ? policies[PageSize - 1].Id.ToString(CultureInfo.InvariantCulture) : null);
        }, cancellationToken);
    }

    /// <summary>Null: there is no such row.</summary>
    public Task<PolicyView?> PolicyAsync(ConsoleViewer viewer, long id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        viewer.Demand(ConsoleRights.ReadMessages);
        return tables.RunAsync(statements => PolicyAsync(statements, id, cancellationToken), cancellationToken);
    }

    internal static async Task<PolicyView?> PolicyAsync(PolicyStatements statements, long id, CancellationToken cancellationToken)
    {
        var columns = PolicyTables.ColumnsOf(statements.Shape);
        var named = statements.Shape.HasColumn("policy", "policy_name");
        string[] selected = ["id", named ? "policy_name" : "NULL", .. columns.Select(c => c.Field.Sql)];
        if ((await statements.RowsAsync($"SELECT {string.Join(", ", selected)} FROM policy WHERE id = $1", cancellationToken, id)).FirstOrDefault() is not { } row)
            return null;
        var values = columns.Select((c, i) => KeyValuePair.Create(c.Field.Sql, row[i + 2])).ToDictionary();
        var users = await UsersAsync(statements, ["u.policy_id = $1"], [id], UsersShown, cancellationToken);
        var count = await statements.NumberAsync($"SELECT count(*) FROM (SELECT 1 FROM users WHERE policy_id = $1 LIMIT {MaxCount + 1}) AS used", cancellationToken, id) ?? 0;
        return new PolicyView(Number(row[0]), row[1], values, users, (int)count);
    }

    /// <summary>The senders on a user's lists, by key.</summary>
    public Task<ListPage> ListAsync(ConsoleViewer viewer, long userId, string? after, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        viewer.Demand(ConsoleRights.ReadMessages);
        return tables.RunAsync(async statements =>
        {
            object?[] arguments = after is null ? [userId] : [userId, statements.Address("mailaddr.email", after)];
            var rows = await statements.RowsAsync(
                "SELECT m.id, m.email, m.priority, w.wb FROM wblist w JOIN mailaddr m ON m.id = w.sid WHERE w.rid = $1 "
                + $"{(after is null ? "" : "AND m.email > $2 ")}ORDER BY m.email LIMIT {PageSize + 1}", cancellationToken, arguments);
            var entries = rows.Select(r => new ListEntryView(Number(r[0]), r[1] ?? "", (int)Number(r[2]), r[3] ?? "")).ToList();
            return new ListPage([.. entries.Take(PageSize)], entries.Count > PageSize ? entries[PageSize - 1].SenderKey : null);
        }, cancellationToken);
    }

    /// <summary>Sender keys with the number of lists they stand on.</summary>
    public Task<SenderPage> SendersAsync(ConsoleViewer viewer, string search, string? after, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        viewer.Demand(ConsoleRights.ReadMessages);
        return tables.RunAsync(async statements =>
        {
            var conditions = new List<string> { "1 = 1" };
            var arguments = new List<object?>();
            if (after is not null)
            {
                arguments.Add(statements.Address("mailaddr.email", after));
                conditions.Add($"m.email > ${arguments.Count}");
            }
            if (search.Length > 0)
            {
                var (condition, value) = statements.Contains("mailaddr.email", search, arguments.Count + 1);
                conditions.Add(condition.Replace("mailaddr.email", "m.email", StringComparison.Ordinal));
                arguments.Add(value);
            }
            var senders = (await statements.RowsAsync(
                $"{SelectSenders} WHERE {string.Join(" AND ", conditions)} ORDER BY m.email LIMIT {PageSize + 1}", cancellationToken, [.. arguments])).ConvertAll(Sender);
            return new SenderPage([.. senders.Take(PageSize)], senders.Count > PageSize ? senders[PageSize - 1].Key : null);
        }, cancellationToken);
    }

    /// <summary>Null: there is no such row.</summary>
    public Task<SenderView?> SenderAsync(ConsoleViewer viewer, long id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        viewer.Demand(ConsoleRights.ReadMessages);
        return tables.RunAsync(statements => SenderAsync(statements, id, cancellationToken), cancellationToken);
    }

    /// <summary>Policies to choose from, by name.</summary>
    /// <param name="rows">At most so many.</param>
    public Task<IReadOnlyList<PolicyChoice>> ChoicesAsync(ConsoleViewer viewer, int rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        viewer.Demand(ConsoleRights.ReadMessages);
        return tables.RunAsync<IReadOnlyList<PolicyChoice>>(async statements =>
        {
            var name = statements.Shape.HasColumn("policy", "policy_name") ? "policy_name" : "NULL";
            var found = await statements.RowsAsync($"SELECT id, {name} FROM policy ORDER BY 2, 1 LIMIT {rows}", cancellationToken);
            return [.. found.Select(r => new PolicyChoice(Number(r[0]), r[1]))];
        }, cancellationToken);
    }

    internal static async Task<SenderView?> SenderAsync(PolicyStatements statements, long id, CancellationToken cancellationToken) =>
        (await statements.RowsAsync(SelectSenders + " WHERE m.id = $1", cancellationToken, id)).Select(Sender).FirstOrDefault();

    private static readonly string SelectSenders =
        $"SELECT m.id, m.email, m.priority, (SELECT count(*) FROM (SELECT 1 FROM wblist w WHERE w.sid = m.id LIMIT {MaxCount + 1}) AS used) FROM mailaddr m";

    private static SenderView Sender(string?[] row) => new(Number(row[0]), row[1] ?? "", (int)Number(row[2]), (int)Number(row[3]));

    private static async Task<List<UserView>> UsersAsync(PolicyStatements statements, List<string> conditions, List<object?> arguments, int rows, CancellationToken cancellationToken)
    {
        var shape = statements.Shape;
        var named = shape.HasColumn("policy", "policy_name") ? "p.policy_name" : "NULL";
        var fullName = shape.HasColumn("users", "fullname") ? "u.fullname" : "NULL";
        var local = shape.HasColumn("users", "local") ? "u.local" : "NULL";
        var found = await statements.RowsAsync(
            $"SELECT u.id, u.email, u.priority, u.policy_id, {named}, p.id, {fullName}, {local}, "
            + $"(SELECT count(*) FROM (SELECT 1 FROM wblist w WHERE w.rid = u.id LIMIT {MaxCount + 1}) AS listed) "
            + $"FROM users u LEFT JOIN policy p ON p.id = u.policy_id {(conditions.Count == 0 ? "" : "WHERE " + string.Join(" AND ", conditions))} ORDER BY u.email LIMIT {rows}",
            cancellationToken, [.. arguments]);
        return found.ConvertAll(r => new UserView(Number(r[0]), r[1] ?? "", (int)Number(r[2]), Number(r[3]), r[4], r[5] is not null, r[6], r[7]?.Trim(), (int)Number(r[8])));
    }

    internal static long Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
