using System.Buffers;
using System.Globalization;
using Amavis.Core.Explaining;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;

namespace Amavis.Core.Lookups;

/// <summary>What a recipient's white and black lists say of the senders of a message.</summary>
/// <param name="Whitelisted">Wins over <paramref name="Blacklisted"/>.</param>
/// <param name="Points">Sum of the soft lists; 0: none matched.</param>
/// <param name="Sources">Which entries said so.</param>
public sealed record SenderJudgement(bool Whitelisted, bool Blacklisted, double Points, IReadOnlyList<LookupExplanation> Sources)
{
    public static readonly SenderJudgement None = new(false, false, 0, []);
}

/// <summary>One sender of a message, with what the SQL lists of one recipient have on it.</summary>
public readonly record struct JudgedSender(AddressKeys Keys, IReadOnlyList<SenderListEntry> Listed);

/// <summary>
/// White- and blacklisting by SQL, LDAP and the configuration; pure. Every sender is judged alike and the results are joined, where
/// the original let what was found for the envelope sender cut short the look-up of the authors.
/// </summary>
public static class SenderLists
{
    private const string Wblist = "wblist";
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    public static SenderJudgement Judge(Settings settings, AddressKeys recipient, IReadOnlyList<JudgedSender> senders)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(recipient);
        ArgumentNullException.ThrowIfNull(senders);
        var ledger = new Ledger();
        foreach (var (sender, listed) in senders)
        {
            var (found, scored) = AskSql(listed, sender, ledger);
            found = found || AskLdap(recipient.Records?.Ldap ?? [], sender, ledger);
            if (!found)
                AskConfiguration(settings, recipient, sender, ledger);
            if (!scored)
                AddPoints(settings.ScoreSenderMaps, recipient, sender, ledger);
        }
        return ledger.Judgement;
    }

    /// <summary>Points are added and the search goes on; a hard or neutral entry ends it, for the other lists as well.</summary>
    private static (bool Found, bool Scored) AskSql(IReadOnlyList<SenderListEntry> listed, AddressKeys sender, Ledger ledger)
    {
        var scored = false;
        foreach (var (value, source) in listed)
        {
            var text = value.Trim(' ', '\t', '\0');
            if (TryReadPoints(text, out var points))
            {
                scored = true;
                ledger.Add(points, Wblist, sender, text, source);
                continue;
            }
            switch (text)
            {
                case "":
                    ledger.Note(Wblist, sender, "neutral", source);
                    break;
                case "B" or "b" or "N" or "n" or "F" or "f":
                    ledger.Black(Wblist, sender, text, source);
                    break;
                case "W" or "w" or "Y" or "y" or "T" or "t":
                    ledger.White(Wblist, sender, text, source);
                    break;
                default:
                    ledger.White(Wblist, sender, text, source + ", not a known value, taken for W");
                    break;
            }
            return (true, scored);
        }
        return (false, scored);
    }

    /// <summary>Digits with an optional sign and fraction; <c>.5</c> is none.</summary>
    private static bool TryReadPoints(string text, out double points)
    {
        points = 0;
        var digits = text.AsSpan(text.Length > 0 && text[0] is '+' or '-' ? 1 : 0);
        return digits.Length > 0 && char.IsAsciiDigit(digits[0]) && !digits.ContainsAnyExcept(Digits)
            && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out points);
    }

    private static bool AskLdap(IReadOnlyList<AddressRecord> entries, AddressKeys sender, Ledger ledger)
    {
        if (!entries.Any(e => e.Blacklist.Count > 0 || e.Whitelist.Count > 0))
            return false;
        var keys = sender.SqlKeys(includeBare: false).Select(k => k.ToLowerInvariant());
        if (sender.IsNullAddress)
            keys = keys.Prepend("<>");
        var found = false;
        foreach (var key in keys.ToList())
        {
            foreach (var entry in entries)
            {
                if (entry.Blacklist.Contains(key))
                    ledger.Black("amavisBlacklistSender", sender, key, entry.Source);
                if (entry.Whitelist.Contains(key))
                    ledger.White("amavisWhitelistSender", sender, key, entry.Source);
                found |= entry.Blacklist.Contains(key) || entry.Whitelist.Contains(key);
            }
        }
        return found;
    }

    private static void AskConfiguration(Settings settings, AddressKeys recipient, AddressKeys sender, Ledger ledger)
    {
        if (Find("per_recip_blacklist_sender_lookup_tables", settings.PerRecipBlacklistSenderLookupTables, recipient, "blacklist_sender_maps", settings.BlacklistSenderMaps, sender) is { } black)
            ledger.Black(black.Field, sender, black.Value, black.Source);
        if (Find("per_recip_whitelist_sender_lookup_tables", settings.PerRecipWhitelistSenderLookupTables, recipient, "whitelist_sender_maps", settings.WhitelistSenderMaps, sender) is { } white)
            ledger.White(white.Field, sender, white.Value, white.Source);
    }

    /// <summary>The recipient's own table is asked before those of all recipients. A result that is false ends the search, too.</summary>
    private static LookupExplanation? Find(string ownName, LookupMaps own, AddressKeys recipient, string name, LookupMaps maps, AddressKeys sender)
    {
        if (own.FindWithSource(recipient) is { Value.Tables: { } tables } table && new LookupMaps(tables).FindWithSource(sender) is { } personal)
            return personal.Value.IsTrue ? new LookupExplanation(ownName, personal.Value.Text, $"{ownName}, {table.Matched}, {personal.Matched}") : null;
        return maps.FindWithSource(sender) is { Value.IsTrue: true } found
            ? new LookupExplanation(name, found.Value.Text, $"{name}, table {found.Table + 1}, {found.Matched}")
            : null;
    }

    /// <summary>Every table that the recipient is in gives tables of senders, of which the first that knows the sender counts.</summary>
    private static void AddPoints(LookupMaps maps, AddressKeys recipient, AddressKeys sender, Ledger ledger)
    {
        if (maps.Tables.Count == 0)
            return;
        foreach (var found in maps.FindAll(recipient))
        {
            if (found.Value.Tables is { } tables && new LookupMaps(tables).FindWithSource(sender) is { Value.Number: { } points } hit && points != 0)
                ledger.Add(points, "score_sender_maps", sender, hit.Value.Text, $"score_sender_maps, {found.Matched}, table {hit.Table + 1}, {hit.Matched}");
        }
    }

    /// <summary>Collects what is found.</summary>
    private sealed class Ledger
    {
        private readonly List<LookupExplanation> _sources = [];
        private bool _white;
        private bool _black;
        private double _points;

        public SenderJudgement Judgement => _sources.Count == 0 ? SenderJudgement.None : new SenderJudgement(_white, _black, _points, _sources);

        public void White(string field, AddressKeys sender, string value, string source)
        {
            _white = true;
            Note(field, sender, value, source);
        }

        public void Black(string field, AddressKeys sender, string value, string source)
        {
            _black = true;
            Note(field, sender, value, source);
        }

        public void Add(double points, string field, AddressKeys sender, string value, string source)
        {
            _points += points;
            Note(field, sender, value, source);
        }

        public void Note(string field, AddressKeys sender, string value, string source) =>
            _sources.Add(new LookupExplanation(field, value, $"sender <{sender.Original}>: {source}"));
    }
}
