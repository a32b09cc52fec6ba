using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Templates;

namespace Amavis.Core.Policy;

public sealed partial record Settings
{
    // Log lines
    public Template LogShortTempl { get; init; } = LogTemplates.Short;
    public Template LogVerboseTempl { get; init; } = LogTemplates.Verbose;
    /// <summary>Null: no line for a message.</summary>
    public Template? LogTempl { get; init; } = LogTemplates.Short;
    /// <summary>Null: no line for a recipient.</summary>
    public Template? LogRecipTempl { get; init; }
    /// <summary>Names of spam tests shown at most.</summary>
    public int MacroTestsSanityLimit { get; init; } = 50;

    // Texts of notices; null: no such notice
    public Template? NotifySenderTempl { get; init; } = NeutralNotices.Sender;
    public Template? NotifyVirusSenderTempl { get; init; } = NoticeTemplates.VirusSender;
    public Template? NotifySpamSenderTempl { get; init; } = NoticeTemplates.SpamSender;
    public Template? NotifyVirusAdminTempl { get; init; } = NoticeTemplates.VirusAdmin;
    public Template? NotifySpamAdminTempl { get; init; } = NoticeTemplates.SpamAdmin;
    public Template? NotifyVirusRecipsTempl { get; init; } = NoticeTemplates.VirusRecipient;
    public Template? NotifySpamRecipsTempl { get; init; }
    public Template? NotifyReleaseTempl { get; init; } = NeutralNotices.Release;
    public Template? NotifyReportTempl { get; init; } = NeutralNotices.Report;
    public Template? NotifyAutorespTempl { get; init; } = NeutralNotices.AutoResponse;
    public ByCategory<Template?> NotifySenderTemplByCcatOver { get; init; } = ByCategory<Template?>.Empty;
    public ByCategory<Template?> NotifyAdminTemplByCcatOver { get; init; } = ByCategory<Template?>.Empty;
    public ByCategory<Template?> NotifyRecipsTemplByCcatOver { get; init; } = ByCategory<Template?>.Empty;
    public ByCategory<Template?> NotifyReleaseTemplByCcatOver { get; init; } = ByCategory<Template?>.Empty;
    public ByCategory<Template?> NotifyReportTemplByCcatOver { get; init; } = ByCategory<Template?>.Empty;
    public ByCategory<Template?> NotifyAutorespTemplByCcatOver { get; init; } = ByCategory<Template?>.Empty;
    public string HdrEncoding { get; init; } = "UTF-8";
    public string BdyEncoding { get; init; } = "UTF-8";
    /// <summary>Q or B.</summary>
    public string HdrEncodingQb { get; init; } = "Q";

    // Released mail
    /// <summary>resend, attach, plain, arf or dsn.</summary>
    public string ReleaseFormat { get; init; } = "resend";
    public string ReportFormat { get; init; } = "arf";
    /// <summary>Empty: attached as it is; null: a number made up each time.</summary>
    public string? AttachmentPassword { get; init; } = "";
    public string AttachmentEmailName { get; init; } = "msg-%m.eml";
    public string AttachmentOuterName { get; init; } = "msg-%m.zip";

    // Who is told
    public bool WarnOffsite { get; init; }
    public LookupMaps WarnVirusRecipMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps WarnBannedRecipMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps WarnBadhRecipMaps { get; init; } = LookupMaps.Empty;
    public ByCategory<LookupMaps?> WarnRecipMapsByCcatOver { get; init; } = ByCategory<LookupMaps?>.Empty;
    public ByCategory<LookupMaps?> WarnSenderByCcatOver { get; init; } = ByCategory<LookupMaps?>.Empty;
    public LookupMaps NewvirusAdminMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps VirusAdminMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps BannedAdminMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps SpamAdminMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps BadHeaderAdminMaps { get; init; } = LookupMaps.Empty;
    public ByCategory<LookupMaps?> AdminMapsByCcatOver { get; init; } = ByCategory<LookupMaps?>.Empty;
    public LookupMaps SpamNotifyadminCutoffLevelMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps SpamCrediblefromDsnCutoffLevelMaps { get; init; } = LookupMaps.Empty;
    public LookupMaps SpamCrediblefromDsnCutoffLevelBysenderMaps { get; init; } = LookupMaps.Empty;
    public string? DsnBcc { get; init; }
    public ByCategory<string?> DsnBccByCcatOver { get; init; } = ByCategory<string?>.Empty;

    // Who tells; an envelope sender of null: the address in the From field, empty: the null sender
    public string? MailfromNotifyAdmin { get; init; }
    public string? MailfromNotifyRecip { get; init; }
    public string? MailfromNotifySpamadmin { get; init; }
    public ByCategory<string?> MailfromNotifyAdminByCcatOver { get; init; } = ByCategory<string?>.Empty;
    public ByCategory<string?> MailfromNotifyRecipByCcatOver { get; init; } = ByCategory<string?>.Empty;
    public string? HdrfromNotifyAdminOrNull { get; init; }
    public string? HdrfromNotifySpamadminOrNull { get; init; }
    public string? HdrfromNotifyRecipOrNull { get; init; }
    public string? HdrfromNotifyReleaseOrNull { get; init; }
    public string? HdrfromNotifyReportOrNull { get; init; }
    public string HdrfromNotifySender => HdrfromNotifySenderOrNull ?? FilterAddress("postmaster@" + MyHostname);
    public string HdrfromNotifyAdmin => HdrfromNotifyAdminOrNull ?? FilterAddressOf(MailfromNotifyAdmin);
    public string HdrfromNotifySpamadmin => HdrfromNotifySpamadminOrNull ?? FilterAddressOf(MailfromNotifySpamadmin);
    public string HdrfromNotifyRecip => HdrfromNotifyRecipOrNull ?? FilterAddressOf(MailfromNotifyRecip);
    public string HdrfromNotifyRelease => HdrfromNotifyReleaseOrNull ?? HdrfromNotifySender;
    public string HdrfromNotifyReport => HdrfromNotifyReportOrNull ?? HdrfromNotifySender;
    public ByCategory<string?> HdrfromNotifyAdminByCcatOver { get; init; } = ByCategory<string?>.Empty;
    public ByCategory<string?> HdrfromNotifyRecipByCcatOver { get; init; } = ByCategory<string?>.Empty;
    public ByCategory<string?> HdrfromNotifySenderByCcatOver { get; init; } = ByCategory<string?>.Empty;
    public ByCategory<string?> HdrfromNotifyReleaseByCcatOver { get; init; } = ByCategory<string?>.Empty;
    public ByCategory<string?> HdrfromNotifyReportByCcatOver { get; init; } = ByCategory<string?>.Empty;

    private NoticeTables? _noticeTables;

    /// <summary>The <c>*_by_ccat</c> tables of notices with their defaults filled in; computed once per snapshot.</summary>
    public NoticeTables NoticesByCcat => _noticeTables is { } made && made.Owner == this ? made : _noticeTables = new NoticeTables(this);

    private string FilterAddressOf(string? mailfrom) => string.IsNullOrEmpty(mailfrom) ? HdrfromNotifySender : FilterAddress(mailfrom);

    private string FilterAddress(string address) => $"\"Content-filter at {MyHostname}\" <{address}>";

    /// <summary>See <see cref="NoticesByCcat"/>.</summary>
    public sealed class NoticeTables
    {
        internal NoticeTables(Settings s)
        {
            Owner = s;
            static LookupMaps Truth(bool value) => LookupMaps.Constant(value ? "1" : "0");
            NotifySenderTempl = Of<Template?>(s.NotifySenderTempl,
                (ContentCategory.Virus, s.NotifyVirusSenderTempl), (ContentCategory.Banned, s.NotifyVirusSenderTempl), (ContentCategory.Spam, s.NotifySpamSenderTempl))
                .Merge(s.NotifySenderTemplByCcatOver);
            NotifyAdminTempl = Of<Template?>(s.NotifyVirusAdminTempl, (ContentCategory.Spam, s.NotifySpamAdminTempl)).Merge(s.NotifyAdminTemplByCcatOver);
            NotifyRecipsTempl = Of<Template?>(s.NotifyVirusRecipsTempl, (ContentCategory.Spam, s.NotifySpamRecipsTempl)).Merge(s.NotifyRecipsTemplByCcatOver);
            NotifyReleaseTempl = Of<Template?>(s.NotifyReleaseTempl).Merge(s.NotifyReleaseTemplByCcatOver);
            NotifyReportTempl = Of<Template?>(s.NotifyReportTempl).Merge(s.NotifyReportTemplByCcatOver);
            NotifyAutorespTempl = Of<Template?>(s.NotifyAutorespTempl).Merge(s.NotifyAutorespTemplByCcatOver);
            WarnSender = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?>
            {
                [ContentCategory.Virus] = null,
                [ContentCategory.Banned] = Truth(s.WarnBannedSender),
                [ContentCategory.Spam] = null,
                [ContentCategory.BadHeader] = Truth(s.WarnBadhSender),
            }).Merge(s.WarnSenderByCcatOver);
            WarnRecipMaps = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?>
            {
                [ContentCategory.Virus] = s.WarnVirusRecipMaps,
                [ContentCategory.Banned] = s.WarnBannedRecipMaps,
                [ContentCategory.Spam] = null,
                [ContentCategory.BadHeader] = s.WarnBadhRecipMaps,
            }).Merge(s.WarnRecipMapsByCcatOver);
            AdminMaps = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?>
            {
                [ContentCategory.Virus] = s.VirusAdminMaps,
                [ContentCategory.Banned] = s.BannedAdminMaps,
                [ContentCategory.Unchecked] = s.VirusAdminMaps,
                [ContentCategory.Spam] = s.SpamAdminMaps,
                [ContentCategory.BadHeader] = s.BadHeaderAdminMaps,
            }).Merge(s.AdminMapsByCcatOver);
            DsnBcc = Of<string?>(s.DsnBcc).Merge(s.DsnBccByCcatOver);
            MailfromNotifyAdmin = Of<string?>(s.MailfromNotifyAdmin, (ContentCategory.Spam, s.MailfromNotifySpamadmin)).Merge(s.MailfromNotifyAdminByCcatOver);
            MailfromNotifyRecip = Of<string?>(s.MailfromNotifyRecip).Merge(s.MailfromNotifyRecipByCcatOver);
            HdrfromNotifyAdmin = Of<string?>(s.HdrfromNotifyAdmin, (ContentCategory.Spam, s.HdrfromNotifySpamadmin)).Merge(s.HdrfromNotifyAdminByCcatOver);
            HdrfromNotifyRecip = Of<string?>(s.HdrfromNotifyRecip).Merge(s.HdrfromNotifyRecipByCcatOver);
            HdrfromNotifySender = Of<string?>(s.HdrfromNotifySender).Merge(s.HdrfromNotifySenderByCcatOver);
            HdrfromNotifyRelease = Of<string?>(s.HdrfromNotifyRelease).Merge(s.HdrfromNotifyReleaseByCcatOver);
            HdrfromNotifyReport = Of<string?>(s.HdrfromNotifyReport).Merge(s.HdrfromNotifyReportByCcatOver);
        }

        internal Settings Owner { get; }
        public ByCategory<Template?> NotifySenderTempl { get; }
        public ByCategory<Template?> NotifyAdminTempl { get; }
        public ByCategory<Template?> NotifyRecipsTempl { get; }
        public ByCategory<Template?> NotifyReleaseTempl { get; }
        public ByCategory<Template?> NotifyReportTempl { get; }
        public ByCategory<Template?> NotifyAutorespTempl { get; }
        public ByCategory<LookupMaps?> WarnSender { get; }
        public ByCategory<LookupMaps?> WarnRecipMaps { get; }
        public ByCategory<LookupMaps?> AdminMaps { get; }
        public ByCategory<string?> DsnBcc { get; }
        public ByCategory<string?> MailfromNotifyAdmin { get; }
        public ByCategory<string?> MailfromNotifyRecip { get; }
        public ByCategory<string?> HdrfromNotifyAdmin { get; }
        public ByCategory<string?> HdrfromNotifyRecip { get; }
        public ByCategory<string?> HdrfromNotifySender { get; }
        public ByCategory<string?> HdrfromNotifyRelease { get; }
        public ByCategory<string?> HdrfromNotifyReport { get; }

        private static ByCategory<T> Of<T>(T catchAll, params (ContentCategory Category, T Value)[] entries)
        {
            var all = new Dictionary<CategoryKey, T> { [ContentCategory.CatchAll] = catchAll };
            foreach (var (category, value) in entries)
                all[category] = value;
            return new ByCategory<T>(all);
        }
    }
}
