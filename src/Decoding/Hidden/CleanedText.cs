using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Hidden;

/// <summary>
/// A message as those read it that take a lone CR for a line end and pass over NUL: two octets that must not occur in mail
/// (RFC 5322 §2.2, §2.3) and make readers see different lines.
/// </summary>
internal static class CleanedText
{
    public static bool IsNeeded(StoredContent message, CancellationToken cancellationToken)
    {
        var afterCr = false;
        byte before = 0;
        foreach (var piece in ContentPieces.Of(message))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var octets = piece.Span;
            if (octets.IsEmpty)
                continue;
            if (octets.Contains((byte)0) || (afterCr && octets[0] != '\n'))
                return true;
            // Most mail has a CR before each LF and nowhere else: the numbers are the same then.
            var pairs = octets.Count("\r\n"u8) + (octets[^1] == '\r' ? 1 : 0);
            if (octets.Count((byte)'\r') != pairs)
                return true;
            afterCr = octets[^1] == '\r';
            before = octets[^1];
        }
        return before == '\r';
    }

    /// <summary>Writes CRLF for every line end (CR+ LF, LF, LF CR, a lone CR) and drops NUL.</summary>
    /// <param name="droppedCrs">Offsets of octets in front of which a CR stood that is not in the message any more; ascending.</param>
    public static void Write(StoredContent message, IReadOnlyList<long> droppedCrs, PartWriter writer, CancellationToken cancellationToken)
    {
        var pendingCr = false;
        var afterLf = false;
        var dropped = 0;
        long offset = 0;
        foreach (var piece in ContentPieces.Of(message))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var octets = piece.Span;
            var end = offset + octets.Length;
            while (!octets.IsEmpty)
            {
                offset = end - octets.Length;
                for (; dropped < droppedCrs.Count && droppedCrs[dropped] <= offset; dropped++)
                    pendingCr = true;
                var special = octets.IndexOfAny((byte)'\r', (byte)'\n', (byte)0);
                if (dropped < droppedCrs.Count && droppedCrs[dropped] - offset is var next && next < (special < 0 ? octets.Length : special))
                {
                    Text(octets[..(int)next]);
                    octets = octets[(int)next..];
                    continue;
                }
                var run = special < 0 ? octets : octets[..special];
                if (!run.IsEmpty)
                    Text(run);
                if (special < 0)
                    break;
                var octet = octets[special];
                octets = octets[(special + 1)..];
                if (octet == '\r')
                {
                    pendingCr = true;
                }
                else if (octet == '\n')
                {
                    writer.Write("\r\n"u8);
                    pendingCr = false;
                    afterLf = true;
                }
            }
            offset = end;
        }
        if (pendingCr && !afterLf)
            writer.Write("\r\n"u8);

        void Text(ReadOnlySpan<byte> run)
        {
            // A CR right after LF belongs to that line end.
            if (pendingCr && !afterLf)
                writer.Write("\r\n"u8);
            pendingCr = afterLf = false;
            writer.Write(run);
        }
    }
}
