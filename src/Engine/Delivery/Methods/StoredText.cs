using System.Buffers;
using Amavis.Core.Messages;

namespace Amavis.Engine.Delivery.Methods;

/// <summary>What is put before lines of a stored message that would be taken for something else.</summary>
internal enum LineQuoting
{
    /// <summary>A dot before each leading dot (RFC 5321 §4.5.2).</summary>
    Dots,
    /// <summary>A <c>&gt;</c> before <c>From </c> with any number of <c>&gt;</c> before it (mboxrd): reading takes one away again.</summary>
    FromLines,
}

/// <summary>Writes a message with LF line ends, quoted. Every CR of a message belongs to a CRLF, so leaving the CRs out is right.</summary>
internal static class StoredText
{
    private const int BufferOctets = 64 << 10;

    /// <summary>The text always ends in a line end.</summary>
    public static async Task WriteAsync(Stream output, OutgoingMessage message, LineQuoting quoting, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(BufferOctets);
        var quoter = new Quoter(buffer, quoting);
        foreach (var chunk in message.Chunks())
        {
            quoter.Take(chunk.Span);
            if (buffer.WrittenCount < BufferOctets)
                continue;
            await output.WriteAsync(buffer.WrittenMemory, cancellationToken);
            buffer.ResetWrittenCount();
        }
        quoter.End();
        await output.WriteAsync(buffer.WrittenMemory, cancellationToken);
    }

    /// <summary>Looks at the start of each line; what may become a mark is counted, not kept.</summary>
    private sealed class Quoter(ArrayBufferWriter<byte> output, LineQuoting quoting)
    {
        private bool _atStart = true;
        private long _angles;
        private int _matched;
        private bool _endsInLineEnd = true;

        private static ReadOnlySpan<byte> From => "From "u8;

        public void Take(ReadOnlySpan<byte> octets)
        {
            while (!octets.IsEmpty)
            {
                if (_atStart)
                {
                    octets = TakeStart(octets);
                    continue;
                }
                var end = octets.IndexOfAny((byte)'\r', (byte)'\n');
                var plain = end < 0 ? octets : octets[..end];
                Put(plain);
                octets = octets[plain.Length..];
                if (octets.IsEmpty)
                    return;
                if (octets[0] == '\n')
                    EndLine();
                octets = octets[1..];
            }
        }

        public void End()
        {
            PutHeld();
            if (!_endsInLineEnd)
                EndLine();
        }

        private ReadOnlySpan<byte> TakeStart(ReadOnlySpan<byte> octets)
        {
            var octet = octets[0];
            if (octet == '\r')
                return octets[1..];
            if (quoting == LineQuoting.Dots)
            {
                if (octet == '.')
                    Put("."u8);
                _atStart = false;
                return octets;
            }
            if (_matched == 0 && octet == '>')
            {
                _angles++;
                return octets[1..];
            }
            if (octet != From[_matched])
            {
                PutHeld();
                _atStart = false;
                return octets;
            }
            if (++_matched == From.Length)
            {
                Put(">"u8);
                PutHeld();
                _atStart = false;
            }
            return octets[1..];
        }

        private void PutHeld()
        {
            for (; _angles > 0; _angles--)
                Put(">"u8);
            Put(From[.._matched]);
            _matched = 0;
        }

        private void Put(ReadOnlySpan<byte> octets)
        {
            if (octets.IsEmpty)
                return;
            output.Write(octets);
            _endsInLineEnd = false;
        }

        private void EndLine()
        {
            output.Write("\n"u8);
            _endsInLineEnd = true;
            _atStart = true;
        }
    }
}
