using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Amavis.Dns.Messages;

namespace Amavis.Dns.Resolving;

/// <summary>One question to one server: over UDP, and over TCP when the answer does not fit. Every question has a socket and so a port of its own.</summary>
internal static class DnsExchange
{
    /// <summary>Room for an answer over UDP; servers keep to the payload they were told, which is less.</summary>
    private const int BufferOctets = 4096;

    /// <param name="udpPayload">Null: without EDNS.</param>
    /// <exception cref="SocketException">The server can't be reached.</exception>
    /// <exception cref="IOException">It closed the connection, or sent what is no answer.</exception>
    /// <exception cref="OperationCanceledException">No answer in time.</exception>
    public static async Task<DnsMessage> AskAsync(IPEndPoint server, DnsQuestion question, ushort? udpPayload, CancellationToken cancellationToken)
    {
        var id = (ushort)RandomNumberGenerator.GetInt32(0x10000);
        var query = DnsMessageWriter.Write(DnsMessage.Query(id, question, udpPayload));
        var response = await OverUdpAsync(server, query, id, question, cancellationToken);
        return response.Truncated ? await OverTcpAsync(server, query, id, question, cancellationToken) : response;
    }

    private static async Task<DnsMessage> OverUdpAsync(IPEndPoint server, byte[] query, ushort id, DnsQuestion question, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        // Connected: the kernel chooses a random port, and drops what comes from elsewhere.
        await socket.ConnectAsync(server, cancellationToken);
        await socket.SendAsync(query, SocketFlags.None, cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferOctets);
        try
        {
            while (true)
            {
                var length = await socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, cancellationToken);
                // Whatever else arrives is somebody's guess; the right answer may still come.
                if (DnsMessageReader.TryRead(buffer.AsSpan(0, length), out _) is { } message && Answers(message, id, question))
                    return message;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<DnsMessage> OverTcpAsync(IPEndPoint server, byte[] query, ushort id, DnsQuestion question, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellationToken);
        await using var stream = new NetworkStream(socket);
        var framed = new byte[query.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed, 2);
        await stream.WriteAsync(framed, cancellationToken);
        await stream.ReadExactlyAsync(framed.AsMemory(0, 2), cancellationToken);
        var octets = new byte[BinaryPrimitives.ReadUInt16BigEndian(framed)];
        await stream.ReadExactlyAsync(octets, cancellationToken);
        var message = DnsMessageReader.TryRead(octets, out var fault) ?? throw new IOException("the answer over TCP is broken: " + fault);
        return Answers(message, id, question) && !message.Truncated ? message : throw new IOException("the answer over TCP is not one to the question");
    }

    /// <summary>A server that finds a fault in the format may leave the question out.</summary>
    private static bool Answers(DnsMessage message, ushort id, DnsQuestion question) =>
        message.IsResponse && message.Id == id && message.Opcode == 0
        && (message.Questions is [var asked] ? asked == question : message.Questions.Count == 0 && message.Code == ResponseCode.FormatError);
}
