using System.Text.RegularExpressions;

namespace Amavis.Core.Policy;

/// <summary>An entry of <c>av_scanners</c>: a daemon that is asked over a socket, or a program.</summary>
/// <param name="Protocol">What is spoken with a daemon; null: it is a program.</param>
/// <param name="Addresses">Sockets: <c>unix:/path</c>, <c>host:port</c>.</param>
/// <param name="ByPath">clamd only: name the directory of the parts (CONTSCAN) instead of streaming them.</param>
public sealed record VirusScannerSettings(string Name, string? Protocol, IReadOnlyList<string> Addresses, bool ByPath = false)
{
    /// <summary>Programs to choose from, the first one found is run; each may have arguments after blanks.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>Arguments of the program, with <c>{}</c>, <c>{}/*</c> and <c>*</c> for what is scanned.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Where the program runs; null: in the directory of the parts.</summary>
    public string? Directory { get; init; }

    /// <summary>What a daemon of the plain protocol is sent, with the same placeholders.</summary>
    public string? Query { get; init; }

    /// <summary>Product a SAVAPI daemon is asked for; recipient a scanning mail server is given.</summary>
    public string? Argument { get; init; }

    /// <summary>How a clean answer looks; null: the scanner vouches for nothing (a protocol may have its own rule).</summary>
    public AnswerTest? Clean { get; init; }

    /// <summary>How the answer to malware looks; null: it finds nothing (a protocol may have its own rule).</summary>
    public AnswerTest? Infected { get; init; }

    /// <summary>Its groups, searched all over the answer, are the names; null: there are none.</summary>
    public Regex? VirusName { get; init; }
}

/// <summary>Exit statuses, or a pattern over the answer.</summary>
/// <param name="Statuses">Of a program; empty when there is a pattern.</param>
/// <param name="Pattern">Has a time limit. Null: the statuses count.</param>
public sealed record AnswerTest(IReadOnlyList<int> Statuses, Regex? Pattern);

/// <summary>An entry of <c>spam_scanners</c>: a daemon that is asked over a socket, or a program.</summary>
/// <param name="Protocol">What is spoken with a daemon; null: it is a program.</param>
/// <param name="BodySizeLimit">Octets given to it; null: <c>sa_mail_body_size_limit</c> decides.</param>
public sealed record SpamScannerSettings(string Name, string? Protocol, IReadOnlyList<string> Addresses, double? ScoreFactor = null, long? BodySizeLimit = null)
{
    /// <summary>Programs to choose from, the first one found is run; each may have arguments after blanks.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Longest wait for an answer; null: as for every spam scanner.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Name of this filter towards rspamd; null: none.</summary>
    public string? MtaName { get; init; }

    /// <summary>People may teach it: that a message is spam, or that one they release is not.</summary>
    public bool Learns { get; init; }

    /// <summary>Where rspamd's controller listens, for teaching; null: port 11334 of the first address.</summary>
    public string? Controller { get; init; }

    /// <summary>What the controller asks for; null: nothing.</summary>
    public string? ControllerPassword { get; init; }

    /// <summary>Arguments by which a program is taught a message that is not spam.</summary>
    public IReadOnlyList<string> LearnHam { get; init; } = [];

    /// <summary>The same for spam.</summary>
    public IReadOnlyList<string> LearnSpam { get; init; } = [];

    /// <summary>HTTP basic authentication towards rspamd; null: none.</summary>
    public string? Username { get; init; }

    public string? Password { get; init; }
}
