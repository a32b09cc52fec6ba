using Amavis.Core.Lookups.Databases;

namespace Amavis.Data.Console.Policies;

/// <summary>A row of <c>users</c>: a recipient key and the policy it leads to.</summary>
/// <param name="Key">An address, <c>@domain</c>, <c>@.domain</c> or <c>@.</c>.</param>
/// <param name="PolicyName">Null: the policy has no name.</param>
/// <param name="PolicyExists">False: the row names a policy that is not there; then only its lists count.</param>
/// <param name="Local">Null: the row does not say, or the table has no such column.</param>
/// <param name="Entries">Senders on its lists.</param>
public sealed record UserView(long Id, string Key, int Priority, long PolicyId, string? PolicyName, bool PolicyExists, string? FullName, string? Local, int Entries)
{
    /// <summary>Changes with every change of the row.</summary>
    public string Stamp => RowStamp.Of(Key, Priority, PolicyId, FullName, Local);
}

/// <param name="Next">Cursor of the page behind this one; null: this is the last.</param>
public sealed record UserPage(IReadOnlyList<UserView> Users, string? Next);

/// <summary>A policy as lists show it.</summary>
/// <param name="Name">Null: none.</param>
/// <param name="Users">Users of it, counted up to <see cref="PolicyQuery.MaxCount"/>.</param>
/// <param name="Overrides">Settings it has a value for.</param>
public sealed record PolicySummary(long Id, string? Name, int Users, int Overrides);

/// <summary>A policy in a list of choices.</summary>
/// <param name="Name">Null: none.</param>
public sealed record PolicyChoice(long Id, string? Name);

/// <param name="Next">Cursor of the page behind this one; null: this is the last.</param>
public sealed record PolicyPage(IReadOnlyList<PolicySummary> Policies, string? Next);

/// <summary>A row of <c>policy</c>.</summary>
/// <param name="Values">By column: every setting this database has a column for; null: inherited.</param>
/// <param name="Users">The first users of it, by key.</param>
/// <param name="UserCount">Counted up to <see cref="PolicyQuery.MaxCount"/>.</param>
public sealed record PolicyView(long Id, string? Name, IReadOnlyDictionary<string, string?> Values, IReadOnlyList<UserView> Users, int UserCount)
{
    /// <summary>Changes with every change of the row.</summary>
    public string Stamp => RowStamp.Of([Name, .. Values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => v.Value)]);
}

/// <summary>A sender on a user's lists.</summary>
/// <param name="Value"><c>wblist.wb</c>.</param>
public sealed record ListEntryView(long SenderId, string SenderKey, int Priority, string Value)
{
    public ListMeaning Meaning => ListMeaning.Of(Value);
}

/// <param name="Next">Cursor of the page behind this one; null: this is the last.</param>
public sealed record ListPage(IReadOnlyList<ListEntryView> Entries, string? Next);

/// <summary>A row of <c>mailaddr</c>.</summary>
/// <param name="Lists">Users who have it on a list.</param>
public sealed record SenderView(long Id, string Key, int Priority, int Lists);

/// <param name="Next">Cursor of the page behind this one; null: this is the last.</param>
public sealed record SenderPage(IReadOnlyList<SenderView> Senders, string? Next);

/// <summary>What a column of <c>policy</c> takes.</summary>
/// <param name="MaxLength">Characters; null: no limit.</param>
public sealed record PolicyColumn(PolicyField Field, int? MaxLength);
