using System.Collections.Frozen;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;

namespace Amavis.Core.Policy;

public sealed partial record Settings
{
    private static readonly FrozenDictionary<string, LocalMailbox> DefaultLocalAliases = new Dictionary<string, LocalMailbox>
    {
        ["virus-quarantine"] = LocalMailbox.QuarantineDirectory,
        ["banned-quarantine"] = LocalMailbox.QuarantineDirectory,
        ["unchecked-quarantine"] = LocalMailbox.QuarantineDirectory,
        ["spam-quarantine"] = LocalMailbox.QuarantineDirectory,
        ["bad-header-quarantine"] = LocalMailbox.QuarantineDirectory,
        ["clean-quarantine"] = LocalMailbox.QuarantineDirectory,
        ["archive-quarantine"] = LocalMailbox.QuarantineDirectory,
        ["other-quarantine"] = LocalMailbox.QuarantineDirectory,
        ["archive-files"] = LocalMailbox.QuarantineDirectory,
        ["archive-mbox"] = new("archive.mbox"),
        ["recip-quarantine"] = new("recip-archive.mbox"),
        ["sender-quarantine"] = new("", "sender-%s-%m.gz"),
    }.ToFrozenDictionary();

    private static readonly FrozenSet<string> DefaultPreferredFields = new[]
    {
        "x-spam-status", "x-spam-level", "x-spam-flag", "x-spam-score", "x-spam-report", "x-spam-checker-version", "x-crm114-status", "x-crm114-cacheid",
        "x-dspam-result", "x-dspam-signature",
    }.ToFrozenSet();

    private DeliveryTables? _deliveryTables;

    // Ways out, by recipient
    /// <summary>Values are methods in the form of <see cref="DeliveryMethod.LookupText"/>; while not given, <see cref="ForwardMethod"/>.</summary>
    public LookupMaps ForwardMethodMaps
    {
        get => field ?? LookupMaps.Constant(ForwardMethod?.LookupText);
        init;
    }
    public ByCategory<LookupMaps?> ForwardMethodMapsByCcatOver { get; init; } = ByCategory<LookupMaps?>.Empty;
    /// <summary>Additional recipient of every message; null or empty: none.</summary>
    public string? AlwaysBcc { get; init; }
    public ByCategory<string?> AlwaysBccByCcatOver { get; init; } = ByCategory<string?>.Empty;
    public FrozenDictionary<string, LocalMailbox> LocalDeliveryAliases { get; init; } = DefaultLocalAliases;
    /// <summary>Connections to the next hop are kept only while messages follow each other closely.</summary>
    public bool SmtpConnectionCacheOnDemand { get; init; } = true;

    // Addresses
    public bool ReplaceExistingExtension { get; init; } = true;
    public LookupMaps AddrExtensionVirusMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps AddrExtensionBannedMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps AddrExtensionSpamMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps AddrExtensionBadHeaderMaps { get; init; } = LookupMaps.Empty;
    public ByCategory<LookupMaps?> AddrExtensionMapsByCcatOver { get; init; } = ByCategory<LookupMaps?>.Empty;
    public ByCategory<LookupMaps?> AddrRewriteMapsByCcatOver { get; init; } = ByCategory<LookupMaps?>.Empty;

    // Changed mail
    /// <summary>How infected mail is wrapped when it passes: <c>attach</c>, <c>altermime</c>, <c>null</c>, another true value, or nothing.</summary>
    public string? DefangVirus { get; init; }
    public string? DefangBanned { get; init; }
    public string? DefangSpam { get; init; }
    public string? DefangBadHeader { get; init; }
    public string? DefangUndecipherable { get; init; }
    public string? DefangAll { get; init; }
    public ByCategory<LookupMaps?> DefangMapsByCcatOver { get; init; } = ByCategory<LookupMaps?>.Empty;
    public bool AllowDisclaimers { get; init; }
    public bool OutboundDisclaimersOnly { get; init; }
    public LookupMaps DisclaimerOptionsBysenderMaps { get; init; } = LookupMaps.Empty;
    /// <summary>The program; one without a slash is searched along PATH. Null or empty: none.</summary>
    public string? Altermime { get; init; } = "altermime";
    public IReadOnlyList<string> AltermimeArgsDefang { get; init; } = ["--verbose", "--removeall"];
    public IReadOnlyList<string> AltermimeArgsDisclaimer { get; init; } = ["--disclaimer=/etc/altermime-disclaimer.txt"];
    /// <summary>Names of fields, in lower case, of which a scanner's own are not copied.</summary>
    public FrozenSet<string> PreferOurAddedHeaderFields { get; init; } = DefaultPreferredFields;

    // Programs
    /// <summary>Directories in which programs are searched, parted by colons; null: the daemon's own PATH.</summary>
    public string? ProgramPath { get; init; }
    /// <summary>HOME of programs; null: <see cref="MyHome"/>.</summary>
    public string? HelpersHomeOrNull { get; init; }
    public string HelpersHome => HelpersHomeOrNull ?? MyHome;

    // Quarantine
    /// <summary>Name as .NET has it: MD5, SHA1, SHA256, SHA384, SHA512.</summary>
    public string MailDigestAlgorithm { get; init; } = "MD5";
    public LookupMaps SpamQuarantineBysenderToMaps { get; init; } = LookupMaps.Empty;

    // Hooks
    public IReadOnlyList<HookSettings> Hooks { get; init; } = [];
    /// <summary>Own key: a hook that fails leaves the message with the client; false: it is logged and the message goes on.</summary>
    public bool HooksFailureIsFatal { get; init; } = true;

    /// <summary>The <c>*_by_ccat</c> tables of what passed mail is changed to and where it goes, defaults filled in; computed once per snapshot.</summary>
    public DeliveryTables DeliveryByCcat => _deliveryTables is { } made && made.Owner == this ? made : _deliveryTables = new DeliveryTables(this);

    /// <summary>See <see cref="DeliveryByCcat"/>.</summary>
    public sealed class DeliveryTables
    {
        internal DeliveryTables(Settings s)
        {
            Owner = s;
            ForwardMethods = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?> { [ContentCategory.CatchAll] = s.ForwardMethodMaps })
                .Merge(s.ForwardMethodMapsByCcatOver);
            AlwaysBcc = new ByCategory<string?>(new Dictionary<CategoryKey, string?> { [ContentCategory.CatchAll] = s.AlwaysBcc }).Merge(s.AlwaysBccByCcatOver);
            Defang = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?>
            {
                [ContentCategory.Virus] = LookupMaps.Constant(s.DefangVirus),
                [ContentCategory.Banned] = LookupMaps.Constant(s.DefangBanned),
                [ContentCategory.Unchecked] = LookupMaps.Constant(s.DefangUndecipherable),
                [ContentCategory.Spam] = LookupMaps.Constant(s.DefangSpam),
                [ContentCategory.Spammy] = LookupMaps.Constant(s.DefangSpam),
                [ContentCategory.BadHeader] = LookupMaps.Constant(s.DefangBadHeader),
            }).Merge(s.DefangMapsByCcatOver);
            AddrExtensions = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?>
            {
                [ContentCategory.Virus] = s.AddrExtensionVirusMaps,
                [ContentCategory.Banned] = s.AddrExtensionBannedMaps,
                [ContentCategory.Spam] = s.AddrExtensionSpamMaps,
                [ContentCategory.Spammy] = s.AddrExtensionSpamMaps,
                [ContentCategory.BadHeader] = s.AddrExtensionBadHeaderMaps,
            }).Merge(s.AddrExtensionMapsByCcatOver);
            AddrRewrites = s.AddrRewriteMapsByCcatOver;
        }

        internal Settings Owner { get; }
        public ByCategory<LookupMaps?> ForwardMethods { get; }
        public ByCategory<string?> AlwaysBcc { get; }
        public ByCategory<LookupMaps?> Defang { get; }
        public ByCategory<LookupMaps?> AddrExtensions { get; }
        public ByCategory<LookupMaps?> AddrRewrites { get; }
    }
}
