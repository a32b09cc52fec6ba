using System.Text.RegularExpressions;
using Amavis.Configuration.Patterns;

namespace Amavis.Fuzz.Targets;

/// <summary>Patterns of tables, which may come from a database: compiled or refused with a reason, and a match ends in time.</summary>
internal sealed class PatternTarget : FuzzTarget
{
    private const string Subject = "user+aaaaaaaaaaaaaaaaaaaaaaaaaaaa@mail.example.com";

    public override string Name => "patterns";

    public override int MaxOctets => 256;

    /// <summary>Patterns are the administrator's own; the automaton of one with many repetitions takes the library this much, once.</summary>
    public override long FreeAllocation => 256 << 20;

    public override IReadOnlyList<string> Words { get; } =
        ["(a+)+$", "(?i)", "(?:", "(?=", "(?<!", "(?>", "\\1", "{2,5}", "[[:alpha:]]", "[^", "]", "*+", "++", "|", ".*", "\\x{263a}", "\\Q", "\\E", "\\p{L}", "(?#", "(?<n>", "\\k{n}", "(?{", "^", "$", "\\.", "{1,9}"];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets(@"^(postmaster|abuse)@example\.com$"), Inputs.Octets(@"(?i)\.(exe|vbs|pif|scr|bat|cmd|com|cpl|dll)$"), Inputs.Octets(@"^\.(zip|lha|tnef|cab|dll)$"), Inputs.Octets(@"(?<=x)[a-z]++\b(?!y)"),
        Inputs.Octets(@"^(?:[^@]*\+)?(a|aa)+@(\w+\.)*example\.com$"), Inputs.Octets("^[[:^space:]]{2,10}\\x{41}\\Q.\\E"),
    ];

    public override void Check(byte[] input, Random random)
    {
        if (!PerlPattern.TryCompile(Inputs.Text(input), out var pattern, out var fault))
        {
            FindingException.Unless(fault.Length > 0, "refused without a reason");
            return;
        }
        // Those with look-around and back references have their own limit of time, which is as long as an input may take here.
        if (pattern!.Regex.Options.HasFlag(RegexOptions.NonBacktracking))
            _ = pattern.Regex.IsMatch(Subject);
    }
}
