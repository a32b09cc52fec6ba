using Amavis.Core.Templates;

namespace Amavis.Fuzz.Targets;

/// <summary>Texts in the macro language.</summary>
internal sealed class TemplateTarget : FuzzTarget
{
    public override string Name => "templates";

    public override int MaxOctets => 4096;

    public override IReadOnlyList<string> Words { get; } = ["[?", "[=", "[~", "[:", "[", "]", "|", "%x", "%#R", "[%R|<%R>|, ]", "[\"", "\"]", "# c\n", "\\\n", "%%"];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets(LogTemplates.Short.Text), Inputs.Octets(LogTemplates.Verbose.Text), Inputs.Octets("[? %#V |#|[? %#F |a|b]] [%R|(%R)|; ] [~abc|[\"b(.)\"]|[\"%0/%1\"]|no]"),
    ];

    /// <summary>What patterns cost is the matter of the library that compiles them.</summary>
    private static System.Text.RegularExpressions.Regex? NoPatterns(string pattern, out string fault)
    {
        fault = pattern.Length % 2 == 0 ? "" : "odd";
        return null;
    }

    public override void Check(byte[] input, Random random)
    {
        var template = Template.Parse(Inputs.Text(input), NoPatterns);
        foreach (var problem in template.Problems)
            FindingException.Unless(problem.ToString().Length > 0, "a problem without words");
    }
}
