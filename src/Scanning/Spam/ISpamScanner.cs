using Amavis.Core.Explaining;
using Amavis.Core.Messages;

namespace Amavis.Scanning.Spam;

/// <summary>What one spam scanner said of one message.</summary>
public abstract record SpamOutcome
{
    private SpamOutcome()
    {
    }

    public sealed record Scored(SpamVerdict Verdict) : SpamOutcome;

    /// <summary>No answer that can be trusted: refused, timed out, or not understood.</summary>
    public sealed record Failed(string Reason) : SpamOutcome;
}

/// <summary>A score and what it is made of.</summary>
/// <param name="Points">Finite; before any factor.</param>
/// <param name="Threshold">From which the scanner itself calls a message spam.</param>
/// <param name="Tests">In the scanner's order, with points where it gives them.</param>
/// <param name="Report">Its report for people; printable characters and line feeds only; may quote the message.</param>
/// <param name="AutoLearn">What it learned (<c>ham</c>, <c>no</c>); null when it does not say.</param>
/// <param name="Version">Version of its engine; null when it does not say.</param>
public sealed record SpamVerdict(
    double Points, double Threshold, IReadOnlyList<TestScore> Tests, string Report, string? AutoLearn = null, string? Version = null)
{
    /// <summary>What the scanner itself calls the message; null: its points tell.</summary>
    public SpamOpinion? Opinion { get; init; }

    /// <summary>Header fields it gives for the message that is passed on; bodies are one line of printable characters.</summary>
    public IReadOnlyList<SuppliedField> Fields { get; init; } = [];
}

/// <param name="Name">As it is usually written, whatever the scanner writes.</param>
public sealed record SuppliedField(string Name, string Body);

/// <summary>A message as a spam scanner gets it.</summary>
public sealed record SpamRequest
{
    public required Spool Spool { get; init; }

    /// <summary>Header fields put in front of the message for the scanner only; each line ends in CRLF.</summary>
    public required ReadOnlyMemory<byte> PseudoHeader { get; init; }

    /// <summary>Octets of the message that are sent, from its beginning.</summary>
    public required long Octets { get; init; }

    /// <summary>What is known beside; for scanners that take it.</summary>
    public SpamFacts Facts { get; init; } = new();

    /// <summary>User whose preferences apply; null: the scanner's own default.</summary>
    public string? User { get; init; }
}

/// <summary>A spam scanner. Used by many messages at once.</summary>
public interface ISpamScanner
{
    /// <summary>As configured; shown in logs.</summary>
    string Name { get; }

    /// <summary>What its points are multiplied with.</summary>
    double ScoreFactor { get; }

    /// <summary>Octets of a message's body it is given; null: the general limit applies.</summary>
    long? BodySizeLimit { get; }

    /// <summary>Has the message scored; a fault of the scanner is an outcome, not an exception.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<SpamOutcome> CheckAsync(SpamRequest request, CancellationToken cancellationToken);
}
