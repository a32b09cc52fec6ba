namespace Amavis.Protocols.Smtp.Client;

/// <summary>
/// Copies message octets, doubling the dot at the start of a line (RFC 5321 §4.5.2). Keeps its place over pieces cut anywhere.
/// </summary>
/// <param name="stuff">False when no line begins with a dot: the octets are copied as they are.</param>
internal struct DotStuffer(bool stuff)
{
    private bool _atLineStart = true;
    private bool _any = false;
    private byte _last = 0;
    private byte _beforeLast = 0;

    /// <summary>Copies what fits; at least two octets of room are needed to move on.</summary>
    /// <returns>Octets taken from the source and octets written.</returns>
    public (int Taken, int Written) Copy(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var (taken, written) = stuff ? CopyStuffed(source, destination) : CopyPlain(source, destination);
        Remember(source[..taken]);
        return (taken, written);
    }

    /// <summary>What ends the message: the line end it lacks, if any, and the lone dot.</summary>
    public readonly ReadOnlySpan<byte> End => !_any || (_beforeLast == '\r' && _last == '\n') ? ".\r\n"u8 : "\r\n.\r\n"u8;

    private static (int Taken, int Written) CopyPlain(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var length = Math.Min(source.Length, destination.Length);
        source[..length].CopyTo(destination);
        return (length, length);
    }

    private (int Taken, int Written) CopyStuffed(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int taken = 0, written = 0;
        while (taken < source.Length && written + 2 <= destination.Length)
        {
            if (_atLineStart && source[taken] == '.')
                destination[written++] = (byte)'.';
            var rest = source[taken..];
            // A dot counts after any LF, so that a stray one can't end the message for a lenient server either.
            var dot = rest.IndexOf("\n."u8);
            var length = Math.Min(dot < 0 ? rest.Length : dot + 1, destination.Length - written);
            rest[..length].CopyTo(destination[written..]);
            taken += length;
            written += length;
            _atLineStart = source[taken - 1] == '\n';
        }
        return (taken, written);
    }

    private void Remember(ReadOnlySpan<byte> taken)
    {
        if (taken.IsEmpty)
            return;
        _any = true;
        _beforeLast = taken.Length > 1 ? taken[^2] : _last;
        _last = taken[^1];
    }
}
