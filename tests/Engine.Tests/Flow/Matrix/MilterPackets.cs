using System.Buffers.Binary;
using System.Text;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Flow.Matrix;

/// <summary>Packets of the milter protocol, as an MTA of version 6 writes and reads them.</summary>
internal static class MilterPackets
{
    private const int BodyPiece = 65535;

    /// <summary>A whole session with one message; only MAIL, RCPT, pieces of the body and its end are answered.</summary>
    public static byte[] Message(byte[] message, FlowEnvelope envelope, string address, int port, string helo, string rcptParameters)
    {
        var session = new MemoryStream();
        Write('O', [0, 0, 0, 6, 0, 0, 1, 0xff, 0, 0x1f, 0xff, 0xff]);
        Write('C', [.. "mail.example.org\04"u8, (byte)(port >> 8), (byte)port, .. Octets.Of(address), 0]);
        Text('H', helo);
        Text('M', $"<{envelope.Sender}>");
        foreach (var recipient in envelope.Recipients)
            Text('R', rcptParameters.Length == 0 ? $"<{recipient}>" : $"<{recipient}>\0{rcptParameters}");
        var text = Octets.Text(message);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        foreach (var field in text[..end].Replace("\r\n\t", "\n\t", StringComparison.Ordinal).Replace("\r\n ", "\n ", StringComparison.Ordinal).Split("\r\n"))
        {
            var colon = field.IndexOf(':', StringComparison.Ordinal);
            Text('L', field[..colon] + "\0" + field[(colon + 1)..]);
        }
        Write('N', []);
        foreach (var piece in message.AsMemory(end + 4).ToArray().Chunk(BodyPiece))
            Write('B', piece);
        Write('E', []);
        Write('Q', []);
        return session.ToArray();

        void Text(char command, string payload) => Write(command, [.. Octets.Of(payload), 0]);

        void Write(char command, byte[] payload)
        {
            Span<byte> head = stackalloc byte[5];
            BinaryPrimitives.WriteInt32BigEndian(head, payload.Length + 1);
            head[4] = (byte)command;
            session.Write(head);
            session.Write(payload);
        }
    }

    /// <summary>Kind and payload of each, Latin-1.</summary>
    public static List<string> Read(byte[] octets)
    {
        var packets = new List<string>();
        for (var at = 0; at < octets.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(octets.AsSpan(at));
            packets.Add(Encoding.Latin1.GetString(octets, at + 4, length));
            at += 4 + length;
        }
        return packets;
    }
}
