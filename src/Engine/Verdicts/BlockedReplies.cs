using Amavis.Core.Categories;
using Amavis.Core.Messages;
using Amavis.Core.Templates;
using Amavis.Engine.Templates;

namespace Amavis.Engine.Verdicts;

/// <summary>Replies for recipients whose mail is blocked: code by category, word by destiny, then the configured reason.</summary>
public static class BlockedReplies
{
    private const int MaxReason = 450;

    /// <param name="macros">For a configured reason with macros beyond the ordinary ones; null: they are empty.</param>
    public static SmtpReply Make(RecipientVerdict verdict, Findings findings, string logId, IMacroSource? macros = null)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        ArgumentNullException.ThrowIfNull(findings);
        var key = verdict.Blocking ?? ContentCategory.CatchAll;
        var (code, enhanced) = BaseStatus(key);
        var suffix = "";
        string word;
        switch (verdict.Destiny)
        {
            case Destiny.TempFail:
                (code, enhanced, word) = (450, "4" + enhanced[1..], "Temporary failure");
                break;
            case Destiny.Discard:
                (code, enhanced, word) = (250, "2" + enhanced[1..], "Ok, discarded");
                break;
            case Destiny.Reject:
                word = "Reject";
                break;
            case Destiny.Bounce:
                word = "Bounce";
                break;
            default:
                word = "Ok";
                break;
        }
        if (verdict.Policy.Settings.SoftBounce && code >= 500)
            (code, enhanced, suffix) = (450, "4" + enhanced[1..], " (soft_bounce)");
        return new SmtpReply(code, $"{enhanced} {word}, {Reason(verdict, findings, logId, macros)}{suffix}");
    }

    /// <summary>The configured reason of the blocking category, expanded and cut.</summary>
    public static string Reason(RecipientVerdict verdict, Findings findings, string logId, IMacroSource? macros = null)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        ArgumentNullException.ThrowIfNull(findings);
        if (TemplateOf(verdict) is not { } template)
            return "";
        var text = TemplateExpander.Expand(template, macros ?? new ReasonMacros(verdict, findings, logId), ExpansionLimits.Reply).Text;
        text = text.ReplaceLineEndings(" ").Trim();
        return text.Length > MaxReason ? TextCuts.Head(text, MaxReason) + "..." : text;
    }

    /// <summary>Does the reason of a verdict have macros that only <see cref="MessageMacros"/> knows.</summary>
    public static bool NeedsMore(RecipientVerdict verdict) => TemplateOf(verdict) is { } template && !ReasonMacros.Suffice(template);

    private static Template? TemplateOf(RecipientVerdict verdict) => verdict.Policy.Settings.SmtpReasonByCcat.Find(verdict.Categories, verdict.Blocking);

    private static (int Code, string Enhanced) BaseStatus(CategoryKey key) => key switch
    {
        (ContentCategory.BadHeader, 2) => (554, "5.6.3"),
        (ContentCategory.BadHeader, _) => (554, "5.6.0"),
        (ContentCategory.Oversized, _) => (552, "5.3.4"),
        (ContentCategory.MtaFailed, _) => (550, "5.3.5"),
        _ => (554, "5.7.0"),
    };
}
