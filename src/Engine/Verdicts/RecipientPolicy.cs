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
    /// <summary>Who the message is from, with what the recipient's lists in SQL have on them.</summary>
    public IReadOnlyList<JudgedSender> Senders { get; init; } = [];
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

    /// <summary>For settings without banks and databases.</summary>
    public static RecipientPolicy Resolve(Settings settings, EnvelopeRecipient recipient, IReadOnlyList<AddressKeys> senders)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(recipient);
        return Resolve(PolicyState.Base(settings), recipient, AddressKeys.For(recipient.Address, settings.AddressRules), [.. senders.Select(s => new JudgedSender(s, []))]);
    }

    /// <param name="keys">Looked up in the databases.</param>
    /// <param name="senders">The envelope sender, then the authors, with what the recipient's lists in SQL have on them.</param>
    public static RecipientPolicy Resolve(PolicyState policy, EnvelopeRecipient recipient, AddressKeys keys, IReadOnlyList<JudgedSender> senders)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(recipient);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(senders);
        var settings = policy.Settings;
        var log = new List<LookupExplanation>();
        LookupValue? Find(string field, LookupMaps maps)
        {
            if (maps.FindWithSource(keys) is not { } found)
                return null;
            if (LookupSource.Tells(found, field, policy))
                log.Add(new LookupExplanation(field, found.Value.Text, LookupSource.Of(found, field, maps, policy)));
            return found.Value;
        }

        bool Flag(string field, LookupMaps maps) => Find(field, maps)?.IsTrue ?? false;
        double? Level(string field, LookupMaps maps) => Find(field, maps)?.Number;
        var limit = Level("message_size_limit_maps", settings.MessageSizeLimitMaps);
        var judgement = SenderLists.Judge(settings, keys, senders);
        var resolved = new RecipientPolicy
        {
            Recipient = recipient,
            Keys = keys,
            Settings = settings,
            Senders = senders,
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
            SizeLimit = settings.EffectiveSizeLimit(limit),
            SenderWhitelisted = judgement.Whitelisted,
            SenderBlacklisted = judgement.Blacklisted,
            SenderPoints = judgement.Points,
            RemoveSpamHeaders = settings.RemoveExistingSpamHeadersMaps.IsTrue(keys),
        };
        log.AddRange(judgement.Sources);
        return resolved with { Lookups = log };
    }

    /// <summary>
    /// What holds once a bank was loaded after the virus check: what is decided from then on follows it, what was asked before stays.
    /// </summary>
    public RecipientPolicy Under(PolicyState policy) => Resolve(policy, Recipient, Keys, Senders) with
    {
        IsLocal = IsLocal,
        BypassVirus = BypassVirus,
        BypassSpam = BypassSpam,
        BypassBanned = BypassBanned,
        BypassHeader = BypassHeader,
    };

    /// <summary>Is this recipient a lover of the category that stands under a key of the lovers table.</summary>
    public bool IsLoverOf(CategoryKey key) =>
        Settings.ByCcat.Lovers.Entries.TryGetValue(key, out var maps) && maps is not null && maps.IsTrue(Keys);

    /// <summary>The configured destiny under exactly this key; null: no entry or undefined.</summary>
    public Destiny? DestinyOf(CategoryKey key) =>
        Settings.ByCcat.Destinies.Entries.TryGetValue(key, out var maps) && maps?.Number(Keys) is { } number ? (Destiny)(int)number : null;
}
