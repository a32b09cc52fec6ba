using Amavis.Core.Addresses;
using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Data.Console;

/// <summary>Somebody an address has exchanged mail with. Times and counts are of deliveries that passed and held no virus.</summary>
/// <param name="Sent">Messages the address sent him.</param>
/// <param name="Received">Messages he sent to the address.</param>
/// <param name="LastSent">Null: never. This is what pen pals count from.</param>
/// <param name="LastReceived">Null: never.</param>
/// <param name="Blocked">Messages of his that did not reach the address.</param>
public sealed record Correspondent(string Address, int Sent, int Received, DateTimeOffset? LastSent, DateTimeOffset? LastReceived, int Blocked)
{
    /// <summary>The latest contact that passed.</summary>
    public DateTimeOffset? Last => LastSent is null || LastReceived > LastSent ? LastReceived : LastSent;
}

/// <summary>The correspondents of one address.</summary>
/// <param name="IsKnown">The address stands in the log at all.</param>
/// <param name="IsCut">There are more than are shown.</param>
public sealed record People(string Address, bool IsKnown, IReadOnlyList<Correspondent> Correspondents, bool IsCut);

/// <summary>Who an address exchanges mail with, from the message log: what pen pals are looked up in.</summary>
public sealed class PeopleQuery(IDbContextFactory<AmavisDbContext> contexts)
{
    /// <summary>Correspondents shown; those with the latest contact in each direction.</summary>
    public const int MaxCorrespondents = 200;

    public async Task<People> FindAsync(ConsoleViewer viewer, string address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        ArgumentNullException.ThrowIfNull(address);
        viewer.Demand(ConsoleRights.ReadMessages);
        var email = Normalize(address);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var lower = email.ToLowerInvariant();
        var ids = await context.Maddr.AsNoTracking().Where(a => a.Email == email || a.Email == lower).Select(a => a.Id).ToArrayAsync(cancellationToken);
        if (ids.Length == 0)
            return new People(email, false, [], false);

        // An address has an id for each partition tag; all of them are he.
        var passed = from m in context.Msgs.AsNoTracking()
                     join r in context.Msgrcpt.AsNoTracking() on new { m.PartitionTag, m.MailId } equals new { r.PartitionTag, r.MailId }
                     where m.Content != null
                     select new { m.Sid, r.Rid, m.TimeNum, Passed = r.Ds == "P" && m.Content != "V" };
        var sent = await passed.Where(x => ids.Contains(x.Sid) && x.Passed).GroupBy(x => x.Rid)
            .Select(g => new { Id = g.Key, Count = g.Count(), Last = g.Max(x => x.TimeNum) })
            .OrderByDescending(g => g.Last).ThenBy(g => g.Id).Take(MaxCorrespondents + 1).ToListAsync(cancellationToken);
        var received = await passed.Where(x => ids.Contains(x.Rid)).GroupBy(x => x.Sid)
            .Select(g => new { Id = g.Key, Count = g.Count(x => x.Passed), Blocked = g.Count(x => !x.Passed), Last = g.Max(x => x.Passed ? x.TimeNum : 0), Seen = g.Max(x => x.TimeNum) })
            .OrderByDescending(g => g.Seen).ThenBy(g => g.Id).Take(MaxCorrespondents + 1).ToListAsync(cancellationToken);
        var wanted = sent.Select(s => s.Id).Concat(received.Select(r => r.Id)).Distinct().ToArray();
        var names = await context.Maddr.AsNoTracking().Where(a => wanted.Contains(a.Id)).ToDictionaryAsync(a => a.Id, a => a.Email, cancellationToken);

        var people = new Dictionary<string, Correspondent>(StringComparer.Ordinal);
        Correspondent Of(int id) => people.GetValueOrDefault(names.GetValueOrDefault(id, "")) ?? new Correspondent(names.GetValueOrDefault(id, ""), 0, 0, null, null, 0);
        foreach (var s in sent)
        {
            var of = Of(s.Id);
            people[of.Address] = of with { Sent = of.Sent + s.Count, LastSent = Later(of.LastSent, s.Last) };
        }
        foreach (var r in received)
        {
            var of = Of(r.Id);
            people[of.Address] = of with { Received = of.Received + r.Count, Blocked = of.Blocked + r.Blocked, LastReceived = Later(of.LastReceived, r.Last) };
        }
        var ordered = people.Values.OrderByDescending(p => p.Last ?? DateTimeOffset.MinValue).ThenBy(p => p.Address, StringComparer.Ordinal).ToList();
        return new People(email, true, [.. ordered.Take(MaxCorrespondents)], ordered.Count > MaxCorrespondents || sent.Count > MaxCorrespondents || received.Count > MaxCorrespondents);
    }

    private static DateTimeOffset? Later(DateTimeOffset? known, int seconds)
    {
        if (seconds == 0)
            return known;
        var time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return known > time ? known : time;
    }

    // As the log writes addresses: the domain in lower-case A-labels.
    private static string Normalize(string address)
    {
        var text = address.Trim().TrimStart('<').TrimEnd('>');
        var at = text.LastIndexOf('@');
        return at < 1 ? text : text[..at] + "@" + DomainNames.Normalize(text[(at + 1)..]);
    }
}
