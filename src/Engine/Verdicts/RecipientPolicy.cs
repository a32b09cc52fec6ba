using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Explaining;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Policy;

namespace Amavis.Engine.Verdicts;

/// <summary>What the settings say for one recipient: looked up once, before the checks.</summary>
public sealed record RecipientPolicy
{
    public required EnvelopeRecipient Recipient { get; init; }
    public required AddressKeys Keys { get; init; }
    public required Settings Settings { get; init; }
    public bool IsLocal { get; init; }
    public bool BypassVirus { get; init; }
    public bool BypassSpam { get; init; }
    public bool BypassBanned { get; init; }
    public bool BypassHeader { get; init; }
    public double? TagLevel { get; init; }
    public double? Tag2Level { get; init; }
    public double? Tag3Level { get; init; }
    public double? KillLevel { get; init; }
    public double? DsnCutoffLevel { get; init; }
    public double? QuarantineCutoffLevel { get; init; }
    /// <summary>Octets; null: none.</summary>
    public long? SizeLimit { get; init; }
    public bool SenderWhitelisted { get; init; }
    public bool SenderBlacklisted { get; init; }
    /// <summary>Sum of the soft lists' points for this sender.</summary>
    public double SenderPoints { get; init; }
    public bool RemoveSpamHeaders { get; init; } = true;
    /// <summary>Where the values came from.</summary>
    public IReadOnlyList<LookupExplanation> Lookups { get; init; } = [];

    public MailAddress Address => Recipient.Address;

    public static RecipientPolicy Resolve(Settings settings, EnvelopeRecipient recipient, IReadOnlyList<AddressKeys> senders)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(recipient);
        ArgumentNullException.ThrowIfNull(senders);
        var keys = AddressKeys.For(recipient.Address, settings.AddressRules);
        var log = new List<LookupExplanation>();
        LookupValue? Find(string field, LookupMaps maps)
        {
            var found = maps.FindWithSource(keys);
            if (found is { } hit && hit.Matched != "constant")
                log.Add(new LookupExplanation(field, hit.Value.Text, $"{field}, table {hit.Table + 1}, {hit.Matched}"));
            return found?.Value;
        }

        bool Flag(string field, LookupMaps maps) => Find(field, maps)?.IsTrue ?? false;
        double? Level(string field, LookupMaps maps) => Find(field, maps)?.Number;
        var limit = Level("message_size_limit_maps", settings.MessageSizeLimitMaps);
        return new RecipientPolicy
        {
            Recipient = recipient,
            Keys = keys,
            Settings = settings,
            IsLocal = Flag("local_domains_maps", settings.LocalDomainsMaps),
            BypassVirus = Flag("bypass_virus_checks_maps", settings.BypassVirusChecksMaps),
            BypassSpam = Flag("bypass_spam_checks_maps", settings.BypassSpamChecksMaps),
            BypassBanned = Flag("bypass_banned_checks_maps", settings.BypassBannedChecksMaps),
            BypassHeader = Flag("bypass_header_checks_maps", settings.BypassHeaderChecksMaps),
            TagLevel = Level("spam_tag_level_maps", settings.SpamTagLevelMaps),
            Tag2Level = Level("spam_tag2_level_maps", settings.SpamTag2LevelMaps),
            Tag3Level = Level("spam_tag3_level_maps", settings.SpamTag3LevelMaps),
            KillLevel = Level("spam_kill_level_maps", settings.SpamKillLevelMaps),
            DsnCutoffLevel = Level("spam_dsn_cutoff_level_maps", settings.SpamDsnCutoffLevelMaps),
            QuarantineCutoffLevel = Level("spam_quarantine_cutoff_level_maps", settings.SpamQuarantineCutoffLevelMaps),
            SizeLimit = EffectiveSizeLimit(settings, limit),
            SenderWhitelisted = senders.Any(settings.WhitelistSenderMaps.IsTrue),
            SenderBlacklisted = senders.Any(settings.BlacklistSenderMaps.IsTrue),
            SenderPoints = SoftPoints(settings.ScoreSenderMaps, keys, senders),
            RemoveSpamHeaders = settings.RemoveExistingSpamHeadersMaps.IsTrue(keys),
            Lookups = log,
        };
    }

    /// <summary>Octets, the 64 KiB minimum applied; null or 0 mean no limit.</summary>
    public static long? EffectiveSizeLimit(Settings settings, double? limit)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (limit is null or <= 0)
            return null;
        return settings.EnforceSmtpdMessageSizeLimit64kbMin ? Math.Max(65536, (long)limit) : (long)limit;
    }

    /// <summary>All tables matching the recipient give lists that are asked for the sender; their points are added.</summary>
    private static double SoftPoints(LookupMaps maps, AddressKeys recipient, IReadOnlyList<AddressKeys> senders)
    {
        if (maps.Tables.Count == 0)
            return 0;
        var sum = 0.0;
        foreach (var sender in senders)
            foreach (var found in maps.FindAll(recipient))
                foreach (var table in found.Value.Tables ?? [])
                    sum += table.Find(sender)?.Value.Number ?? 0;
        return sum;
    }

    /// <summary>Is this recipient a lover of the category that stands under a key of the lovers table.</summary>
    public bool IsLoverOf(CategoryKey key) =>
        Settings.ByCcat.Lovers.Entries.TryGetValue(key, out var maps) && maps is not null && maps.IsTrue(Keys);

    /// <summary>The configured destiny under exactly this key; null: no entry or undefined.</summary>
    public Destiny? DestinyOf(CategoryKey key) =>
        Settings.ByCcat.Destinies.Entries.TryGetValue(key, out var maps) && maps?.Number(Keys) is { } number ? (Destiny)(int)number : null;
}
