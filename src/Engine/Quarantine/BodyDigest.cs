using System.Security.Cryptography;
using Amavis.Core.Messages;
using Amavis.Core.Policy;

namespace Amavis.Engine.Quarantine;

/// <summary>Digest of a body (<c>mail_digest_algorithm</c>).</summary>
internal static class BodyDigest
{
    /// <summary>Of a message made here: all octets after the first empty line.</summary>
    public static string Hex(OutgoingMessage message, Settings settings)
    {
        using var digest = IncrementalHash.CreateHash(Algorithm(settings));
        var header = new EmptyLineFinder();
        foreach (var chunk in message.Chunks())
            digest.AppendData(chunk.Span[header.Skip(chunk.Span)..]);
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    /// <summary>Of a spooled message from an offset on.</summary>
    public static byte[] Octets(Spool spool, long offset, Settings settings)
    {
        using var digest = IncrementalHash.CreateHash(Algorithm(settings));
        foreach (var chunk in spool.Chunks(offset, spool.Length - offset))
            digest.AppendData(chunk.Span);
        return digest.GetHashAndReset();
    }

    private static HashAlgorithmName Algorithm(Settings settings) => new(settings.MailDigestAlgorithm);

    /// <summary>Tells how much of a piece belongs to the header section.</summary>
    private struct EmptyLineFinder
    {
        private int _matched;
        private bool _found;

        private static ReadOnlySpan<byte> EmptyLine => "\r\n\r\n"u8;

        public int Skip(ReadOnlySpan<byte> piece)
        {
            var at = 0;
            for (; !_found && at < piece.Length; at++)
            {
                _matched = piece[at] == EmptyLine[_matched] ? _matched + 1 : piece[at] == '\r' ? 1 : 0;
                _found = _matched == EmptyLine.Length;
            }
            return at;
        }
    }
}
