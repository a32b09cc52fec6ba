using Amavis.Core.Templates;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Templates;

/// <summary>The macros of ordinary reply texts, known as soon as a recipient's mail is judged.</summary>
internal sealed class ReasonMacros(RecipientVerdict verdict, Findings findings, string logId) : IMacroSource
{
    /// <summary>A text with other macros needs <see cref="MessageMacros"/>.</summary>
    public static bool Suffice(Template template) => template.Nodes.All(n => n is LiteralNode or MacroNode { Counts: false, Name: "n" or "V" or "F" });

    public MacroValue Get(string name, IReadOnlyList<string> arguments) => name switch
    {
        "n" or "log_id" or "LOGID" => logId,
        "V" => new MacroValue(findings.Virus.Names),
        "F" => verdict.Banned?.ShortReason,
        _ => default,
    };
}
