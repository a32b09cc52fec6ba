using Amavis.Configuration;

namespace Amavis.Fuzz.Targets;

/// <summary>Configuration files: settings, or mistakes with their places.</summary>
internal sealed class ConfigurationTarget : FuzzTarget
{
    private static readonly ConfigurationEnvironment Environment = new(_ => null, "mx.example.com");

    public override string Name => "configuration";

    public override int MaxOctets => 8192;

    /// <summary>Files are the administrator's own; each of their patterns becomes an automaton of some hundred kilobytes.</summary>
    public override long FreeAllocation => 256 << 20;

    public override IReadOnlyList<string> Words { get; } =
        ["policy_bank: {A: {", "local_domains_maps: [[", "regexp: [[\"^(a+)+$\", 1]]", "{sql: local}", "&a ", "*a", "<<: ", "!!str ", "---\n", "${HOME}", "? ", "- ", ": ", "\n  ", "|\n", "\"", "'", "[[[[[[[[", "include: [x]", "0x1f", "D_PASS"];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("myhostname: mx1.example.com\nmynetworks: [127.0.0.0/8]\nlocal_domains_maps: [[example.com, .example.org]]\nlisten_sockets: [10024]\nspam_kill_level_maps:\n  - {postmaster@example.com: 999}\n  - regexp: [[\"^abuse@\", 999]]\n  - 6.9\npolicy_bank:\n  ORIGINATING: {originating: true}\n"),
        Inputs.Octets("forward_method: [\"smtp:[127.0.0.1]:10025\"]\nfinal_spam_destiny: D_PASS\nav_scanners:\n  - {name: C, protocol: clamd, address: unix:/x}\nlog_templ: |\n  [? %x |a|b]\n"),
    ];

    public override void Check(byte[] input, Random random)
    {
        var result = ConfigurationLoader.Check("fuzz.yaml", Inputs.Text(input), Environment);
        FindingException.Unless(result.Settings is not null || result.Mistakes.Count > 0, "no settings, and no mistake that says why");
        foreach (var mistake in result.Mistakes)
            FindingException.Unless(!mistake.ToString()!.AsSpan().ContainsAny('\r', '\n'), "a mistake of several lines");
    }
}
