using System.Collections.Frozen;
using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Templates;

namespace Amavis.Core.Policy;

/// <summary>
/// Every setting in force, typed. Property names are the configuration's variable names in Pascal case; defaults are those of
/// the reference documentation save where docs/configuration.md says otherwise. Immutable: banks and reloads make new ones.
/// </summary>
public sealed partial record Settings
{
    // General
    public string MyHostname { get; init; } = "localhost";
    public string MyDomain { get; init; } = "";
    public string MyProductName { get; init; } = "amavis";
    public string LocalhostName { get; init; } = "localhost";
    public string MyHome { get; init; } = "/var/amavis";
    public string? TempBaseOrNull { get; init; }
    public string TempBase => TempBaseOrNull ?? MyHome;
    public string? PidFileOrNull { get; init; }
    /// <summary>Where the daemon notes its process id; empty: nowhere.</summary>
    public string PidFile => PidFileOrNull ?? MyHome + "/amavisd.pid";
    public string? QuarantineDir { get; init; }
    public int QuarantineSubdirLevels { get; init; }
    public int MailIdSizeBits { get; init; } = 72;
    public PartitionTag PartitionTag { get; init; }

    /// <summary>Messages being checked at once.</summary>
    public int MaxServers { get; init; } = 2;

    /// <summary>Connections held at once; more are answered 421.</summary>
    public int MaxSessions { get; init; } = 2000;

    /// <summary>From the end of data to the reply.</summary>
    public TimeSpan ChildTimeout { get; init; } = TimeSpan.FromSeconds(480);

    // Network in
    public IReadOnlyList<string> ListenSockets { get; init; } = [];
    public IReadOnlyList<string> InetSocketBind { get; init; } = ["127.0.0.1", "[::1]"];
    public int? UnixSocketMode { get; init; }
    public int? ListenQueueSize { get; init; }
    public FrozenDictionary<string, string> InterfacePolicy { get; init; } = FrozenDictionary<string, string>.Empty;
    public IpNetworks InetAcl { get; init; } = IpNetworks.Parse("127.0.0.1", "[::1]");
    /// <summary>SMTP, LMTP or AM.PDP; null: SMTP on TCP, a fault on Unix sockets.</summary>
    public string? Protocol { get; init; }
    public TimeSpan SmtpdTimeout { get; init; } = TimeSpan.FromSeconds(480);
    public string SmtpdGreetingBanner { get; init; } = "${helo-name} ${protocol} ${product} service ready";
    public string SmtpdQuitBanner { get; init; } = "${helo-name} ${product} closing transmission channel";
    public int SmtpdRecipientLimit { get; init; } = 1100;
    /// <summary>Octets; null: none.</summary>
    public long? SmtpdMessageSizeLimit { get; init; }
    public LookupMaps MessageSizeLimitMaps { get; init; } = LookupMaps.Empty;
    public bool EnforceSmtpdMessageSizeLimit64kbMin { get; init; } = true;
    public FrozenSet<string> SmtpdDiscardEhloKeywords { get; init; } = FrozenSet<string>.Empty;
    public bool AuthRequiredRelease { get; init; } = true;
    /// <summary>Mechanisms offered to clients, in upper case; empty: no AUTH.</summary>
    public IReadOnlyList<string> AuthMechAvail { get; init; } = [];
    public bool AuthRequiredInp { get; init; }
    public TlsLevel TlsSecurityLevelIn { get; init; }
    public TlsServerSettings SmtpdTls { get; init; } = TlsServerSettings.None;
    /// <summary>Every connection begins with a header of the PROXY protocol.</summary>
    public bool HaproxyTargetEnabled { get; init; }
    /// <summary>Own key: what becomes of lone LFs and CRs in message data.</summary>
    public BareLineEnds SmtpdBareLineEnds { get; init; } = BareLineEnds.Normalize;

    // Network out
    public DeliveryMethod? ForwardMethod { get; init; } = DeliveryMethod.Parse("smtp:[127.0.0.1]:10025");
    public DeliveryMethod? NotifyMethod { get; init; } = DeliveryMethod.Parse("smtp:[127.0.0.1]:10025");
    public DeliveryMethod? ResendMethod { get; init; }
    public DeliveryMethod? ReleaseMethod { get; init; }
    public DeliveryMethod? RequeueMethod { get; init; } = DeliveryMethod.Parse("smtp:[127.0.0.1]:25");
    public string? LocalClientBindAddress { get; init; }
    public TlsLevel TlsSecurityLevelOut { get; init; }
    public TlsClientSettings SmtpTlsClient { get; init; } = TlsClientSettings.Default;
    /// <summary>Next hop (<c>host:port</c> or <c>host</c>) to the name its certificate has to bear, where it is another.</summary>
    public FrozenDictionary<string, string> SmtpTlsClientVerifycnNames { get; init; } = FrozenDictionary<string, string>.Empty;
    public string? AmavisAuthUser { get; init; }
    public string? AmavisAuthPass { get; init; }
    /// <summary>Next hops ask for a login: ours for mail made here, the client's own for its mail.</summary>
    public bool AuthRequiredOut { get; init; }
    /// <summary>Our login also for the mail of clients.</summary>
    public bool AuthReauthenticateForwarded { get; init; }
    public bool PropagateDsnIfPossible { get; init; } = true;
    public bool TerminateDsnOnNotifySuccess { get; init; }
    public bool SmtpConnectionCacheEnable { get; init; } = true;

    // Origin
    public LookupMaps LocalDomainsMaps { get; init; } = LookupMaps.Empty;
    public IpNetworks MyNetworks { get; init; } = IpNetworks.Parse(
        "127.0.0.0/8", "[::1]", "169.254.0.0/16", "[fe80::]/10", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "[fc00::]/7");
    public IReadOnlyList<IpNetworks>? MyNetworksMapsOrNull { get; init; }
    /// <summary>Lists of our own networks, asked one after the other.</summary>
    public IReadOnlyList<IpNetworks> MyNetworksMaps => MyNetworksMapsOrNull ?? [MyNetworks];
    /// <summary>Pairs of networks and bank names, in order; null: <see cref="MyNetworksMaps"/> give MYNETS.</summary>
    public IReadOnlyList<(IpNetworks Networks, IReadOnlyList<string> Banks)>? ClientIpaddrPolicyOrNull { get; init; }
    public IReadOnlyList<(IpNetworks Networks, IReadOnlyList<string> Banks)> ClientIpaddrPolicy =>
        ClientIpaddrPolicyOrNull ?? [.. MyNetworksMaps.Select(n => (n, (IReadOnlyList<string>)["MYNETS"]))];
    public bool Originating { get; init; }
    public string RecipientDelimiter { get; init; } = "";
    public bool LocalpartIsCaseSensitive { get; init; }
    public AddressRules AddressRules => new(RecipientDelimiter, LocalpartIsCaseSensitive);

    // Banks
    public FrozenDictionary<string, PolicyBank> PolicyBanks { get; init; } = FrozenDictionary<string, PolicyBank>.Empty;
    /// <summary>By author, with the signing domain behind.</summary>
    public LookupMaps AuthorToPolicyBankMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps VirusNameToPolicyBankMaps { get; init; } = LookupMaps.Empty;
    /// <summary>Variables that were given, and where in the files; those of banks are in <see cref="PolicyBank.Places"/>.</summary>
    public FrozenDictionary<string, string> Places { get; init; } = FrozenDictionary<string, string>.Empty;

    // Destinies
    public Destiny FinalVirusDestiny { get; init; } = Destiny.Discard;
    public Destiny FinalBannedDestiny { get; init; } = Destiny.Discard;
    public Destiny FinalSpamDestiny { get; init; } = Destiny.Pass;
    public Destiny FinalBadHeaderDestiny { get; init; } = Destiny.Pass;
    public Destiny FinalUncheckedDestiny { get; init; } = Destiny.Pass;
    /// <summary>Entries over the defaults; a value null is D_PASS's "undefined".</summary>
    public ByCategory<LookupMaps?> FinalDestinyMapsByCcatOver { get; init; } = ByCategory<LookupMaps?>.Empty;
    public bool SoftBounce { get; init; }

    // Earlier mail
    /// <summary>Points taken off for an answer to new mail of ours; null: not looked up.</summary>
    public double? PenpalsBonusScore { get; init; }
    public TimeSpan PenpalsHalflife { get; init; } = TimeSpan.FromSeconds(604800);
    public double? PenpalsThresholdLow { get; init; } = 1;
    public double? PenpalsThresholdHigh { get; init; }
    /// <summary>Points for a bounce of mail that nobody here sent; 0: off.</summary>
    public double BounceKillerScore { get; init; }
    public ByCategory<LookupMaps?> LoversMapsByCcatOver { get; init; } = ByCategory<LookupMaps?>.Empty;
    public LookupMaps VirusLoversMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps SpamLoversMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps BannedFilesLoversMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps BadHeaderLoversMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps UncheckedLoversMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps BypassVirusChecksMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps BypassSpamChecksMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps BypassBannedChecksMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps BypassHeaderChecksMaps { get; init; } = LookupMaps.Empty;
    public ByCategory<Template?> SmtpReasonByCcat { get; init; } = DefaultReasons;
    public string? UndecipherableSubjectTag { get; init; } = "***UNCHECKED*** ";
    public LookupMaps SpamSubjectTagMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps SpamSubjectTag2Maps { get; init; } = LookupMaps.Empty;
    public LookupMaps SpamSubjectTag3Maps { get; init; } = LookupMaps.Empty;
    public ByCategory<LookupMaps?> SubjectTagMapsByCcatOver { get; init; } = ByCategory<LookupMaps?>.Empty;

    // Quarantine
    public DeliveryMethod? VirusQuarantineMethod { get; init; } = DeliveryMethod.Parse("local:virus-%m");
    public DeliveryMethod? BannedFilesQuarantineMethod { get; init; } = DeliveryMethod.Parse("local:banned-%m");
    public DeliveryMethod? SpamQuarantineMethod { get; init; } = DeliveryMethod.Parse("local:spam-%m.gz");
    public DeliveryMethod? BadHeaderQuarantineMethod { get; init; } = DeliveryMethod.Parse("local:badh-%m");
    public DeliveryMethod? UncheckedQuarantineMethod { get; init; }
    public DeliveryMethod? CleanQuarantineMethod { get; init; }
    public DeliveryMethod? ArchiveQuarantineMethod { get; init; }
    public LookupMaps VirusQuarantineToMaps { get; init; } = LookupMaps.Constant("virus-quarantine");
    public LookupMaps BannedQuarantineToMaps { get; init; } = LookupMaps.Constant("banned-quarantine");
    public LookupMaps UncheckedQuarantineToMaps { get; init; } = LookupMaps.Constant("unchecked-quarantine");
    public LookupMaps SpamQuarantineToMaps { get; init; } = LookupMaps.Constant("spam-quarantine");
    public LookupMaps BadHeaderQuarantineToMaps { get; init; } = LookupMaps.Constant("bad-header-quarantine");
    public LookupMaps CleanQuarantineToMaps { get; init; } = LookupMaps.Constant("clean-quarantine");
    public LookupMaps ArchiveQuarantineToMaps { get; init; } = LookupMaps.Constant("archive-quarantine");
    public ByCategory<DeliveryMethod?> QuarantineMethodByCcatOver { get; init; } = ByCategory<DeliveryMethod?>.Empty;
    public ByCategory<LookupMaps?> QuarantineToMapsByCcatOver { get; init; } = ByCategory<LookupMaps?>.Empty;
    public LookupMaps SpamQuarantineCutoffLevelMaps { get; init; } = LookupMaps.Empty;
    public string? MailfromToQuarantine { get; init; }

    // Notices
    public string? HdrfromNotifySenderOrNull { get; init; }
    public bool WarnBannedSender { get; init; }
    public bool WarnBadhSender { get; init; }
    public LookupMaps VirusesThatFakeSenderMaps { get; init; } = LookupMaps.Constant(1);
    public LookupMaps SpamDsnCutoffLevelMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps SpamDsnCutoffLevelBysenderMaps { get; init; } = LookupMaps.Empty;

    // Banning, decoding
    public LookupMaps BannedFilenameMaps { get; init; } = LookupMaps.Constant("DEFAULT");
    /// <summary>Rule set name to its tables.</summary>
    public FrozenDictionary<string, IReadOnlyList<LookupTable>> BannedRules { get; init; } = FrozenDictionary<string, IReadOnlyList<LookupTable>>.Empty;
    public RegexTable? BannedNamepathRe { get; init; }
    public bool BypassDecodeParts { get; init; }
    public int MaxLevels { get; init; } = 14;
    public int MaxFiles { get; init; } = 3000;
    public long MinExpansionQuota { get; init; } = 102400;
    public long MaxExpansionQuota { get; init; } = 536870912;
    public double MinExpansionFactor { get; init; } = 5;
    public double MaxExpansionFactor { get; init; } = 500;
    /// <summary>Own key: archives that can't be unpacked in full are unchecked.</summary>
    public bool MarkUndecodable { get; init; } = true;
    public DecoderSettings Decoders { get; init; } = DecoderSettings.Default;
    /// <summary>Searched by a part's description in words.</summary>
    public LookupMaps KeepDecodedOriginalMaps { get; init; } = LookupMaps.Empty;
    /// <summary>Short types, with commas between them, by a part's description in words; what it does not know is typed as built in.</summary>
    public LookupMaps MapFullTypeToShortTypeMaps { get; init; } = LookupMaps.Empty;
    public FrozenSet<string> AllowedHeaderTests { get; init; } =
        FrozenSet.ToFrozenSet(["other", "mime", "syntax", "empty", "long", "control", "8bit", "missing", "multiple"]);

    // Header changes
    public string XHeaderTag { get; init; } = "X-Virus-Scanned";
    public string? XHeaderLineOrNull { get; init; }
    public string XHeaderLine => XHeaderLineOrNull ?? $"{MyProductName} at {MyDomain}";
    public FrozenSet<string> AllowedAddedHeaderFields { get; init; } = DefaultAddedHeaderFields;
    public bool RemoveExistingXScannedHeaders { get; init; }
    public LookupMaps RemoveExistingSpamHeadersMaps { get; init; } = LookupMaps.Constant(1);
    public bool AllowFixingImproperHeader { get; init; } = true;
    public bool AllowFixingImproperHeaderFolding { get; init; } = true;
    public bool AllowFixingLongHeaderLines { get; init; } = true;
    public int PrependHeaderFieldsHdridx { get; init; }
    public string SaSpamLevelChar { get; init; } = "*";
    public string? MyAuthservId { get; init; }

    // Scanners
    public IReadOnlyList<VirusScannerSettings> AvScanners { get; init; } = [];
    public IReadOnlyList<VirusScannerSettings> AvScannersBackup { get; init; } = [];
    public bool FirstInfectedStopsScan { get; init; }
    public bool VirusScannersFailureIsFatal { get; init; } = true;
    public LookupMaps VirusNameToSpamScoreMaps { get; init; } = LookupMaps.Empty;
    public IReadOnlyList<SpamScannerSettings> SpamScanners { get; init; } = [];
    public bool SpamScannersFailureIsFatal { get; init; }
    public LookupMaps SpamTagLevelMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps SpamTag2LevelMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps SpamTag3LevelMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps SpamKillLevelMaps { get; init; } = LookupMaps.Empty;
    /// <summary>Octets given to the spam checker; null: all.</summary>
    public long? SaMailBodySizeLimit { get; init; }
    public LookupMaps SaUsernameMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps WhitelistSenderMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps BlacklistSenderMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps ScoreSenderMaps { get; init; } = LookupMaps.Empty;
    /// <summary>By recipient: one table of senders.</summary>
    public LookupMaps PerRecipWhitelistSenderLookupTables { get; init; } = LookupMaps.Empty;
    /// <summary>By recipient: one table of senders.</summary>
    public LookupMaps PerRecipBlacklistSenderLookupTables { get; init; } = LookupMaps.Empty;

    // SQL
    public IReadOnlyList<SqlDsn> StorageSqlDsn { get; init; } = [];
    public IReadOnlyList<SqlDsn> LookupSqlDsn { get; init; } = [];
    public bool AutoMigrate { get; init; } = true;
    public bool SqlStoreInfoForAllMsgs { get; init; } = true;
    public int SqlQuarantineChunksizeMax { get; init; } = 16384;
    public bool SqlAllow8bitAddress { get; init; }
    /// <summary>Statements given instead of the built-in ones, by their key; the empty text: that operation is left out.</summary>
    public FrozenDictionary<string, string> SqlClause { get; init; } = FrozenDictionary<string, string>.Empty;
    public bool SqlLookupsNoAtMeansDomain { get; init; }
    public bool LdapLookupsNoAtMeansDomain { get; init; }
    public bool LookupMapsImplySqlAndLdap { get; init; } = true;
    public bool TrimTrailingSpaceInLookupResultFields { get; init; }
    public bool EnableLdap { get; init; }
    public LdapSettings DefaultLdap { get; init; } = new();
    /// <summary>Own key: how long results of lookups are kept where the database tells of its changes; 0: only within a message.</summary>
    public TimeSpan LookupCacheTtl { get; init; } = TimeSpan.FromSeconds(60);
    /// <summary>Own key: addresses whose results are kept at most.</summary>
    public int LookupCacheEntries { get; init; } = 20_000;
    /// <summary>Own key: no mail is accepted while its log row can't be committed.</summary>
    public bool SqlLogRequired { get; init; }

    // Logging
    public int LogLevel { get; init; }
    public bool DoSyslog { get; init; }
    public string SyslogIdent { get; init; } = "amavis";
    public string SyslogFacility { get; init; } = "mail";
    public string? LogFile { get; init; }
    public int LoglineMaxlen { get; init; } = 980;

    // Own
    public string? MetricsListen { get; init; }
    /// <summary>Own key: the AgentX master; null: no SNMP.</summary>
    public AgentXAddress? AgentxSocket { get; init; }
    /// <summary>Who answers for this system, told over SNMP.</summary>
    public string SnmpContact { get; init; } = "";
    /// <summary>Where this system is, told over SNMP.</summary>
    public string SnmpLocation { get; init; } = "";
    public WebSettings Web { get; init; } = new();
    /// <summary>Own key: octets of the original header kept for the console with each message's explanation; 0 keeps none.</summary>
    public int ExplainHeaderOctets { get; init; } = 16384;
}

/// <summary>What is done with lone LFs and CRs in message data.</summary>
public enum BareLineEnds
{
    /// <summary>A lone LF becomes a line end, a lone CR is dropped.</summary>
    Normalize,
    /// <summary>The message is refused with 550 5.6.11.</summary>
    Reject,
}

/// <summary>Provider and connection string: <c>postgres:Host=…</c>, <c>sqlite:/path</c>.</summary>
public sealed record SqlDsn(SqlProvider Provider, string ConnectionString);

public enum SqlProvider
{
    Sqlite,
    Postgres,
}

/// <summary>The console's own section.</summary>
public sealed record WebSettings
{
    public string Listen { get; init; } = "http://127.0.0.1:8080";
    public string? BaseUrl { get; init; }
    /// <summary>AM.PDP socket of the daemon for releases: <c>host:port</c> or a path; null: derived from listen_sockets and interface_policy.</summary>
    public string? ReleaseSocket { get; init; }
    /// <summary>Where sign-in keys are kept; null: below MYHOME.</summary>
    public string? StateDir { get; init; }
}
