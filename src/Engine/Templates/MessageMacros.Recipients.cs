using Amavis.Core.Categories;
using Amavis.Core.Messages;
using Amavis.Engine.Reporting;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Templates;

internal sealed partial class MessageMacros
{
    private static void DeclareRecipients(Dictionary<string, Macro> t)
    {
        Declare(t, (m, _) => m.Facts.Counter is { } counter ? Invariant(counter) : "", ".");
        Declare(t, (m, _) => new MacroValue([.. m.Facts.Outcomes.Select(o => o.Verdict.Recipient.Address.Smtp)]), "R");
        Declare(t, (m, _) => new MacroValue(m._served ??= [.. m.Facts.Outcomes.Where(IsServed).Select(o => o.Verdict.Recipient.Address.Bracketed)]), "D");
        Declare(t, (m, _) => new MacroValue(m._unserved ??= [.. m.Facts.Outcomes.Where(o => !IsServed(o)).Select(o => o.Verdict.Recipient.Address.Bracketed)]), "O");
        Declare(t, (m, _) => new MacroValue([.. m.Facts.Outcomes.Where(o => !IsServed(o)).Select(Report)]), "N");
        Declare(t, (m, _) => string.Join(',', m.Facts.Actions), "actions_performed");
        Declare(t, (m, _) => m.LogDomains(), "log_domains");
        Declare(t, (m, _) => m.DsnNotifyWords(), "dsn_notify");
        Declare(t, (m, _) => Unique(m.Facts.Outcomes.Select(o => o.RemoteMta)), "remote_mta");
        Declare(t, (m, _) => Unique(m.Facts.Outcomes.Select(o => o.Reply.ToString())), "smtp_response");
        Declare(t, (m, _) => Unique(m.Facts.Outcomes.Select(o => o.RemoteReply)), "remote_mta_smtp_response");
        Declare(t, (m, _) => m._queuedAs ??= Unique(m.Facts.Outcomes.Where(o => o is { IsDelivered: true, RemoteReply: not null }).Select(o => LogLine.QueuedAs(o.RemoteReply!))), "queued_as"); // Asked before.
        Declare(t, (m, a) => m.Category(a), "ccat");
        Declare(t, (m, _) => Invariant((int)m.Effective.Major), "ccat_maj");
        Declare(t, (m, _) => Invariant(m.Effective.Minor), "ccat_min");
        Declare(t, (m, _) => m.Effective.DisplayName, "ccat_name");
    }

    private string[]? _served;
    private string[]? _unserved;
    private MacroValue? _queuedAs;

    private CategoryKey? Blocking { get; } = facts.Outcomes.Max(o => o.Blocking);

    private CategoryKey Main { get; } = facts.Outcomes.Count == 0 ? ContentCategory.Clean : facts.Outcomes.Max(o => o.Categories.Main);

    private CategoryKey Effective => Blocking ?? Main;

    /// <summary>Passed on, or left to the client to pass on.</summary>
    private static bool IsServed(RecipientOutcome outcome) => outcome.Destiny == Destiny.Pass && outcome.Reply.IsSuccess;

    private static string Report(RecipientOutcome outcome) =>
        $"{outcome.Verdict.Recipient.Address.Bracketed}:{(outcome.RemoteMta is { } mta ? $" {mta} said:" : "")}\n   {outcome.Reply}";

    private MacroValue LogDomains() => new([.. facts.Outcomes
        .Select(o => o.Verdict.Policy.IsLocal ? Core.Addresses.DomainNames.Normalize(o.Verdict.Policy.Address.Domain) : "EXT")
        .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);

    /// <summary>The union of what the recipients' NOTIFY said, in the order of the alphabet.</summary>
    private string DsnNotifyWords()
    {
        if (facts.Message.Envelope.Sender.IsNull)
            return "NEVER";
        var all = facts.Outcomes.Aggregate(DsnNotify.Unspecified, (sum, o) => sum | (o.Verdict.Recipient.Notify == DsnNotify.Unspecified ? DsnNotify.Failure : o.Verdict.Recipient.Notify));
        return string.Join(',', Enum.GetValues<DsnNotify>().Where(n => n != DsnNotify.Unspecified && all.HasFlag(n))
            .Select(n => n.ToString().ToUpperInvariant()).Order(StringComparer.Ordinal));
    }

    private string Category(MacroArguments a)
    {
        var (main, blocking) = (Main, Blocking);
        var key = a[1].Trim() switch
        {
            "main" => main,
            "blocking" => blocking ?? default,
            _ => blocking ?? main,
        };
        return a[0].Trim() switch
        {
            "name" => key.DisplayName,
            "major" => Invariant((int)key.Major),
            "minor" => Invariant(key.Minor),
            "is_blocking" => blocking is null ? "" : "1",
            "is_nonblocking" => blocking is null ? "1" : "",
            "is_blocked_by_nonmain" => blocking is { } b && b.Major != main.Major ? "1" : "",
            _ => $"({(int)key.Major},{key.Minor})",
        };
    }
}
