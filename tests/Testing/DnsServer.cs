using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Amavis.Dns.Messages;

namespace Amavis.Testing;

/// <summary>A DNS server on a free loopback port, over UDP and TCP, that answers from a zone the test fills, or as the test says.</summary>
public sealed class DnsServer : IAsyncDisposable
{
    private const uint TimeToLive = 300;

    private readonly ConcurrentDictionary<string, List<DnsRecord>> _zone = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, ResponseCode> _codes = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentQueue<DnsQuestion> _questions = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Socket _udp;
    private readonly TcpListener _tcp;
    private readonly Task[] _serving;
    private int _overTcp;

    public DnsServer()
    {
        (_udp, _tcp) = Bind();
        _serving = [ServeUdpAsync(), ServeTcpAsync()];
    }

    public IPEndPoint EndPoint => (IPEndPoint)_udp.LocalEndPoint!;

    /// <summary>Questions that came in, in order; retries count.</summary>
    public IReadOnlyList<DnsQuestion> Questions => [.. _questions];

    /// <summary>Questions that came over TCP.</summary>
    public int OverTcp => Volatile.Read(ref _overTcp);

    /// <summary>The response, as octets; null: none. The default answers from the zone.</summary>
    public Func<DnsServer, DnsMessage, bool, byte[]?> Respond { get; set; } = (server, query, isTcp) => DnsMessageWriter.Write(server.FromZone(query, isTcp));

    public DnsServer Add(DnsRecord record)
    {
        _zone.GetOrAdd(record.Name, _ => []).Add(record);
        return this;
    }

    /// <summary>A TXT record, cut into strings of 255.</summary>
    public DnsServer AddText(string name, string text, uint timeToLive = TimeToLive) =>
        Add(new DnsRecord.Text(name, timeToLive, [.. Encoding.UTF8.GetBytes(text).Chunk(255).Select(c => (ReadOnlyMemory<byte>)c)]));

    /// <summary>Every question for a name is answered with a code.</summary>
    public DnsServer Fail(string name, ResponseCode code)
    {
        _codes[name] = code;
        return this;
    }

    /// <summary>The zone's answer, cut where the asker takes less over UDP.</summary>
    public DnsMessage FromZone(DnsMessage query, bool isTcp)
    {
        var question = query.Questions[0];
        var response = new DnsMessage
        {
            Id = query.Id,
            IsResponse = true,
            RecursionDesired = query.RecursionDesired,
            RecursionAvailable = true,
            Questions = query.Questions,
            UdpPayload = query.UdpPayload is null ? null : (ushort)1232,
        };
        if (_codes.TryGetValue(question.Name, out var code))
            return response with { Code = code };
        var answers = Answers(question);
        var exists = answers.Count > 0 || _zone.ContainsKey(question.Name);
        response = answers.Count > 0
            ? response with { Answers = answers }
            : response with
            {
                Code = exists ? ResponseCode.NoError : ResponseCode.NameError,
                Authorities = [new DnsRecord.StartOfAuthority("test", TimeToLive, "ns.test", "hostmaster.test", 1, 60)],
            };
        return isTcp || DnsMessageWriter.Write(response).Length <= (query.UdpPayload ?? 512) ? response : response with { Truncated = true, Answers = [] };
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _udp.Dispose();
        _tcp.Stop();
        await Task.WhenAll(_serving);
        _ending.Dispose();
    }

    private List<DnsRecord> Answers(DnsQuestion question)
    {
        var answers = new List<DnsRecord>();
        var name = question.Name;
        for (var steps = 0; steps < 20 && _zone.TryGetValue(name, out var records); steps++)
        {
            answers.AddRange(records.Where(r => r.Type == question.Type));
            if (answers.Exists(r => r.Type == question.Type) || records.Find(r => r.Type == RecordType.CNAME) is not DnsRecord.Named alias)
                break;
            answers.Add(alias);
            name = alias.Target;
        }
        return answers;
    }

    /// <summary>The same number free for both.</summary>
    private static (Socket Udp, TcpListener Tcp) Bind()
    {
        while (true)
        {
            var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var tcp = new TcpListener((IPEndPoint)udp.LocalEndPoint!);
            try
            {
                tcp.Start();
                return (udp, tcp);
            }
            catch (SocketException)
            {
                udp.Dispose();
            }
        }
    }

    private async Task ServeUdpAsync()
    {
        var buffer = new byte[65536];
        try
        {
            while (true)
            {
                var received = await _udp.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Loopback, 0), _ending.Token);
                if (Take(buffer.AsSpan(0, received.ReceivedBytes), isTcp: false) is { } response)
                    await _udp.SendToAsync(response, SocketFlags.None, received.RemoteEndPoint, _ending.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task ServeTcpAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _tcp.AcceptTcpClientAsync(_ending.Token);
                var stream = client.GetStream();
                var length = new byte[2];
                await stream.ReadExactlyAsync(length, _ending.Token);
                var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(query, _ending.Token);
                Interlocked.Increment(ref _overTcp);
                if (Take(query, isTcp: true) is not { } response)
                    continue;
                BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)response.Length);
                await stream.WriteAsync((byte[])[.. length, .. response], _ending.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private byte[]? Take(ReadOnlySpan<byte> octets, bool isTcp)
    {
        if (DnsMessageReader.TryRead(octets, out _) is not { Questions.Count: 1 } query)
            return null;
        _questions.Enqueue(query.Questions[0]);
        return Respond(this, query, isTcp);
    }
}
