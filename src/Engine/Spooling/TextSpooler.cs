using System.Buffers;
using Amavis.Core.Messages;

namespace Amavis.Engine.Spooling;

/// <summary>Brings a text from a file or a table into the form of a spool: LF line ends made CRLF, other CRs left out.</summary>
internal static class TextSpooler
{
    private const int BufferOctets = 64 << 10;

    public static async Task<Spool> ReadAsync(Stream text, ISpoolFactory spools, CancellationToken cancellationToken)
    {
        using var writer = spools.Create();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferOctets);
        var (eightBit, nul) = (false, false);
        try
        {
            int read;
            while ((read = await text.ReadAsync(buffer, cancellationToken)) > 0)
            {
                var octets = buffer.AsSpan(0, read);
                eightBit |= octets.ContainsAnyInRange((byte)0x80, (byte)0xff);
                nul |= octets.Contains((byte)0);
                while (!octets.IsEmpty)
                {
                    var end = octets.IndexOf((byte)'\n');
                    // Whoever stored it may have kept CRs; only the line ends count.
                    var line = end < 0 ? octets : octets[..end];
                    writer.Write(line.Contains((byte)'\r') ? WithoutCr(line) : line);
                    if (end >= 0)
                        writer.Write("\r\n"u8);
                    octets = end < 0 ? default : octets[(end + 1)..];
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return writer.Complete(new SpoolFacts { EightBit = eightBit, Nul = nul, LeadingDots = true });
    }

    private static byte[] WithoutCr(ReadOnlySpan<byte> line)
    {
        var kept = new byte[line.Length];
        var length = 0;
        foreach (var octet in line)
            if (octet != '\r')
                kept[length++] = octet;
        return kept[..length];
    }
}
