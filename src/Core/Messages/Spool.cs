namespace Amavis.Core.Messages;

/// <summary>What was seen while the message was received; offsets count octets of the spooled message.</summary>
public sealed record SpoolFacts
{
    public static readonly SpoolFacts None = new();

    /// <summary>An octet of 0x80 or above occurs.</summary>
    public bool EightBit { get; init; }

    public bool Nul { get; init; }

    /// <summary>Some line begins with a dot, so that sending has to stuff.</summary>
    public bool LeadingDots { get; init; }

    /// <summary>How many lone CRs were dropped.</summary>
    public long BareCr { get; init; }

    /// <summary>How many lone LFs became line ends.</summary>
    public long BareLf { get; init; }

    /// <summary>Where the first lone CRs were dropped (a limited number).</summary>
    public IReadOnlyList<long> BareCrOffsets { get; init; } = [];
}

/// <summary>
/// A received message: every line ends in CRLF, dots are unstuffed, no lone CR or LF occurs. It is written once and never
/// changed; small ones are in memory, others in a file. Reading is possible from several places at once.
/// </summary>
public abstract class Spool : IDisposable
{
    /// <summary>Octets, line ends counted as two.</summary>
    public abstract long Length { get; }

    public abstract SpoolFacts Facts { get; }

    /// <summary>Reads at an offset; fewer octets only at the end.</summary>
    public abstract int Read(long offset, Span<byte> destination);

    /// <summary>
    /// The octets in pieces, without copying where they are in memory. A piece is valid until the next one is taken.
    /// </summary>
    public abstract IEnumerable<ReadOnlyMemory<byte>> Chunks(long offset, long length);

    public IEnumerable<ReadOnlyMemory<byte>> Chunks() => Chunks(0, Length);

    /// <summary>A stream over a slice; the caller disposes it.</summary>
    public abstract Stream OpenRead(long offset, long length);

    public abstract void Dispose();
}

/// <summary>Takes one message in; either completed into a <see cref="Spool"/> or disposed, which removes everything written.</summary>
public abstract class SpoolWriter : IDisposable
{
    public abstract long Length { get; }

    /// <summary>Appends octets in canonical form (see <see cref="Spool"/>).</summary>
    /// <exception cref="SpoolFullException">Disk or configured space is exhausted; the message must be answered 452.</exception>
    public abstract void Write(ReadOnlySpan<byte> octets);

    /// <summary>Hands the message over; the writer is then spent.</summary>
    public abstract Spool Complete(SpoolFacts facts);

    public abstract void Dispose();
}

/// <summary>Makes spools; bounds what all sessions hold together.</summary>
public interface ISpoolFactory
{
    SpoolWriter Create();
}

/// <summary>No room to take the message in.</summary>
public sealed class SpoolFullException(string message, Exception? inner = null) : IOException(message, inner);
