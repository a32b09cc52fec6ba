using System.Globalization;

namespace Amavis.Engine.Templates;

internal sealed partial class MessageMacros
{
    private static void DeclareRest(Dictionary<string, Macro> t)
    {
        Declare(t, (m, a) => m.Dkim(a[0].Trim()), "dkim");
        Declare(t, (_, a) => Resource(a[0].Trim()), "rusage");
        Declare(t, (m, _) => m.Facts.ReportFormat, "report_format");
        Declare(t, (m, _) => m.Facts.FeedbackType, "feedback_type");
        Declare(t, (m, _) => m.Facts.AttachmentPassword, "attachment_password");
        Declare(t, (m, a) => MessageJson.Make(m.Facts, string.Join(' ', a.From(0))), "report_json");
    }

    private MacroValue Dkim(string what) => what switch
    {
        "" or "any" => Invariant(facts.Dkim.Valid),
        "author" => MacroValue.Truth(facts.Dkim.ByAuthor),
        "sender" => MacroValue.Truth(facts.Dkim.BySender),
        "thirdparty" => MacroValue.Truth(facts.Dkim.ByThirdParty),
        "envsender" => MacroValue.Truth(facts.Dkim.ByEnvelopeSender),
        "identity" => List(facts.Dkim.Identities),
        "selector" => List(facts.Dkim.Selectors),
        "domain" => List(facts.Dkim.Domains),
        "sig_sd" => List(facts.Dkim.SelectorsAndDomains),
        "newsig_sd" => List(facts.Dkim.New),
        _ => MacroValue.Truth(facts.Dkim.IsBy(what)),
    };

    /// <summary>Of the whole process, which handles many messages at once: memory in KiB, times in seconds. Others are not known.</summary>
    private static string Resource(string field) => field switch
    {
        "ru_maxrss" => Invariant(Environment.WorkingSet / 1024),
        "ru_utime" => Seconds(Environment.CpuUsage.UserTime),
        "ru_stime" => Seconds(Environment.CpuUsage.PrivilegedTime),
        _ => "",
    };

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
