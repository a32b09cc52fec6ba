using System.Collections.Frozen;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Templates;

namespace Amavis.Core.Policy;

public sealed partial record Settings
{
    private static readonly ByCategory<Template?> DefaultReasons = new(new Dictionary<CategoryKey, string>
    {
        [ContentCategory.Virus] = "id=%n - INFECTED: %V",
        [ContentCategory.Banned] = "id=%n - BANNED: %F",
        [ContentCategory.Unchecked] = "id=%n - UNCHECKED",
        [new CategoryKey(ContentCategory.Unchecked, 1)] = "id=%n - UNCHECKED: encrypted",
        [new CategoryKey(ContentCategory.Unchecked, 2)] = "id=%n - UNCHECKED: over limits",
        [new CategoryKey(ContentCategory.Unchecked, 3)] = "id=%n - UNCHECKED: ambiguous content",
        [ContentCategory.Spam] = "id=%n - spam",
        [new CategoryKey(ContentCategory.Spammy, 1)] = "id=%n - spammy (tag3)",
        [ContentCategory.Spammy] = "id=%n - spammy",
        [ContentCategory.BadHeader] = "id=%n - BAD HEADER",
        [new CategoryKey(ContentCategory.BadHeader, 1)] = "id=%n - BAD HEADER: MIME error",
        [new CategoryKey(ContentCategory.BadHeader, 2)] = "id=%n - BAD HEADER: nonencoded 8-bit character",
        [new CategoryKey(ContentCategory.BadHeader, 3)] = "id=%n - BAD HEADER: contains invalid control character",
        [new CategoryKey(ContentCategory.BadHeader, 4)] = "id=%n - BAD HEADER: line made up entirely of whitespace",
        [new CategoryKey(ContentCategory.BadHeader, 5)] = "id=%n - BAD HEADER: line longer than RFC 5322 limit",
        [new CategoryKey(ContentCategory.BadHeader, 6)] = "id=%n - BAD HEADER: syntax error",
        [new CategoryKey(ContentCategory.BadHeader, 7)] = "id=%n - BAD HEADER: missing required header field",
        [new CategoryKey(ContentCategory.BadHeader, 8)] = "id=%n - BAD HEADER: duplicate header field",
        [ContentCategory.Oversized] = "id=%n - Message size exceeds recipient's size limit",
        [new CategoryKey(ContentCategory.MtaFailed, 1)] = "id=%n - Temporary MTA failure on relaying",
        [new CategoryKey(ContentCategory.MtaFailed, 2)] = "id=%n - Rejected by next-hop MTA on relaying",
        [ContentCategory.MtaFailed] = "id=%n - Unable to relay message back to MTA",
        [ContentCategory.Clean] = "id=%n - CLEAN",
        [ContentCategory.CatchAll] = "id=%n - OTHER",
    }.ToDictionary(e => e.Key, e => (Template?)Template.Parse(e.Value)));

    private static readonly FrozenSet<string> DefaultAddedHeaderFields = new[]
    {
        "received", "dkim-signature", "authentication-results", "vbr-info", "x-quarantine-id", "x-amavis-alert", "x-amavis-hold",
        "x-amavis-modified", "x-amavis-penpals", "x-amavis-os-fingerprint", "x-amavis-policybank", "x-spam-status", "x-spam-level",
        "x-spam-flag", "x-spam-score", "x-spam-tests", "x-crm114-status", "x-crm114-cacheid", "x-crm114-notice", "x-crm114-action",
        "x-dspam-result", "x-dspam-class", "x-dspam-signature", "x-dspam-processed", "x-dspam-confidence", "x-dspam-probability",
        "x-dspam-user", "x-dspam-factors", "x-bogosity",
    }.ToFrozenSet();

    private Tables? _tables;

    /// <summary>The <c>*_by_ccat</c> tables with their defaults filled in from the plain settings; computed once per snapshot.</summary>
    public Tables ByCcat => _tables is { } made && made.Owner == this ? made : _tables = new Tables(this);

    /// <summary>May a field with this name be added to mail.</summary>
    public bool MayAddHeader(string name) =>
        AllowedAddedHeaderFields.Contains(name?.ToLowerInvariant() ?? "") || string.Equals(name, XHeaderTag, StringComparison.OrdinalIgnoreCase);

    /// <summary>The limit that holds where one is looked up: octets, the 64 KiB minimum applied; null: none.</summary>
    /// <param name="limit">Null or 0 mean no limit.</param>
    public long? EffectiveSizeLimit(double? limit)
    {
        if (limit is null or <= 0)
            return null;
        return EnforceSmtpdMessageSizeLimit64kbMin ? Math.Max(65536, (long)limit) : (long)limit;
    }

    public bool Equals(Settings? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <summary>See <see cref="ByCcat"/>.</summary>
    public sealed class Tables
    {
        internal Tables(Settings s)
        {
            Owner = s;
            static LookupMaps D(Destiny destiny) => LookupMaps.Constant((double)(int)destiny);
            Destinies = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?>
            {
                [ContentCategory.Virus] = D(s.FinalVirusDestiny),
                [ContentCategory.Banned] = D(s.FinalBannedDestiny == Destiny.Discard && s.WarnBannedSender ? Destiny.Bounce : s.FinalBannedDestiny),
                [ContentCategory.Unchecked] = D(s.FinalUncheckedDestiny),
                [ContentCategory.Spam] = D(s.FinalSpamDestiny),
                [ContentCategory.BadHeader] = D(s.FinalBadHeaderDestiny == Destiny.Discard && s.WarnBadhSender ? Destiny.Bounce : s.FinalBadHeaderDestiny),
                [new CategoryKey(ContentCategory.MtaFailed, 1)] = D(Destiny.TempFail),
                [new CategoryKey(ContentCategory.MtaFailed, 2)] = D(Destiny.Reject),
                [ContentCategory.MtaFailed] = D(Destiny.TempFail),
                [ContentCategory.Oversized] = D(Destiny.Bounce),
                [ContentCategory.CatchAll] = D(Destiny.Pass),
            }).Merge(s.FinalDestinyMapsByCcatOver);
            Lovers = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?>
            {
                [ContentCategory.Virus] = s.VirusLoversMaps,
                [ContentCategory.Banned] = s.BannedFilesLoversMaps,
                [ContentCategory.Unchecked] = s.UncheckedLoversMaps,
                [ContentCategory.Spam] = s.SpamLoversMaps,
                [ContentCategory.Spammy] = s.SpamLoversMaps,
                [ContentCategory.BadHeader] = s.BadHeaderLoversMaps,
            }).Merge(s.LoversMapsByCcatOver);
            SubjectTags = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?>
            {
                [ContentCategory.Virus] = LookupMaps.Constant("***INFECTED*** "),
                [ContentCategory.Banned] = null,
                [ContentCategory.Unchecked] = LookupMaps.Constant(s.UndecipherableSubjectTag),
                [ContentCategory.Spam] = null,
                [new CategoryKey(ContentCategory.Spammy, 1)] = s.SpamSubjectTag3Maps,
                [ContentCategory.Spammy] = s.SpamSubjectTag2Maps,
                [new CategoryKey(ContentCategory.Clean, 1)] = s.SpamSubjectTagMaps,
            }).Merge(s.SubjectTagMapsByCcatOver);
            QuarantineMethods = new ByCategory<DeliveryMethod?>(new Dictionary<CategoryKey, DeliveryMethod?>
            {
                [ContentCategory.Virus] = s.VirusQuarantineMethod,
                [ContentCategory.Banned] = s.BannedFilesQuarantineMethod,
                [ContentCategory.Unchecked] = s.UncheckedQuarantineMethod,
                [ContentCategory.Spam] = s.SpamQuarantineMethod,
                [ContentCategory.BadHeader] = s.BadHeaderQuarantineMethod,
                [ContentCategory.Clean] = s.CleanQuarantineMethod,
            }).Merge(s.QuarantineMethodByCcatOver);
            QuarantineTo = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?>
            {
                [ContentCategory.Virus] = s.VirusQuarantineToMaps,
                [ContentCategory.Banned] = s.BannedQuarantineToMaps,
                [ContentCategory.Unchecked] = s.UncheckedQuarantineToMaps,
                [ContentCategory.Spam] = s.SpamQuarantineToMaps,
                [ContentCategory.BadHeader] = s.BadHeaderQuarantineToMaps,
                [ContentCategory.Clean] = s.CleanQuarantineToMaps,
            }).Merge(s.QuarantineToMapsByCcatOver);
        }

        internal Settings Owner { get; }
        /// <summary>Values are the numbers of <see cref="Destiny"/>.</summary>
        public ByCategory<LookupMaps?> Destinies { get; }
        public ByCategory<LookupMaps?> Lovers { get; }
        public ByCategory<LookupMaps?> SubjectTags { get; }
        public ByCategory<DeliveryMethod?> QuarantineMethods { get; }
        public ByCategory<LookupMaps?> QuarantineTo { get; }
    }
}
