using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Amavis.Snmp.AgentX;

namespace Amavis.Snmp.Tests;

/// <summary>The master's end of one session: says what a test wants, and notes what comes.</summary>
internal sealed class MasterDouble(Socket socket, CancellationToken ending)
{
    public const uint Session = 7;

    private readonly PipeReader _reader = PipeReader.Create(new NetworkStream(socket));
    private uint _packet = 100;

    public bool NetworkByteOrder { get; init; } = true;

    /// <summary>How many octets are sent at a time.</summary>
    public int Piece { get; init; } = int.MaxValue;

    /// <summary>The next PDU; null: the subagent has gone.</summary>
    public async Task<AgentXPdu?> ReceiveAsync()
    {
        while (true)
        {
            ReadResult result;
            try
            {
                result = await _reader.ReadAsync(ending);
            }
            catch (IOException)
            {
                return null;
            }
            var buffer = result.Buffer;
            var status = PduCodec.TryRead(ref buffer, out _, out var pdu);
            _reader.AdvanceTo(buffer.Start, status == PduStatus.Incomplete ? buffer.End : buffer.Start);
            if (status != PduStatus.Incomplete)
                return pdu ?? throw new InvalidDataException(status.ToString());
            if (result.IsCompleted)
                return null;
        }
    }

    /// <summary>Answers an Open and the registrations; gives what was said.</summary>
    public async Task<List<string>> WelcomeAsync(int registrations = 2)
    {
        var said = new List<string>();
        for (var i = 0; i <= registrations; i++)
        {
            var pdu = (await ReceiveAsync())!;
            said.Add(PduText.Of(pdu));
            await AnswerAsync(pdu);
        }
        return said;
    }

    public Task AnswerAsync(AgentXPdu asked, ResponseError error = ResponseError.None) =>
        SendAsync(new AgentXPdu(Session, asked.TransactionId, asked.PacketId, new PduBody.Response(1234, error, 0, [])));

    /// <summary>Says a line of a transcript; gives the packet id.</summary>
    public async Task<uint> SayAsync(string line, uint session = Session)
    {
        await SendAsync(PduText.Parse(line, session, ++_packet));
        return _packet;
    }

    public Task SendAsync(AgentXPdu pdu)
    {
        var output = new ArrayBufferWriter<byte>();
        PduCodec.Write(output, pdu, NetworkByteOrder);
        return SendAsync(output.WrittenMemory);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> octets)
    {
        for (var at = 0; at < octets.Length; at += Math.Min(Piece, octets.Length - at))
            await socket.SendAsync(octets.Slice(at, Math.Min(Piece, octets.Length - at)), SocketFlags.None, ending);
    }
}
