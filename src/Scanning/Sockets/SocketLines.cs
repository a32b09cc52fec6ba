using System.Buffers;
using System.Net.Sockets;
using System.Text;

namespace Amavis.Scanning.Sockets;

/// <summary>Reads answers that are lines, up to a limit in all. Octets become characters one by one.</summary>
internal sealed class SocketLines(Socket socket, int maxOctets) : IDisposable
{
    private const int MaxLineOctets = 8192;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(MaxLineOctets);
    private int _start;
    private int _end;
    private int _total;

    /// <summary>The next line without its end (CRLF or LF); null at the end of the connection.</summary>
    /// <exception cref="ScannerFaultException">Too much came, or the connection ended within a line.</exception>
    public async ValueTask<string?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var at = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (at >= 0)
            {
                var line = Encoding.Latin1.GetString(_buffer, _start, at);
                _start += at + 1;
                return line.EndsWith('\r') ? line[..^1] : line;
            }
            MakeRoom();
            var read = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, cancellationToken);
            if (read == 0)
                return _end == _start ? null : throw new ScannerFaultException("the connection ended within a line");
            _end += read;
            _total += read;
            if (_total > maxOctets)
                throw new ScannerFaultException("the answer is too long");
        }
    }

    /// <summary>The next line; the end of the connection is a fault.</summary>
    public async ValueTask<string> RequireAsync(CancellationToken cancellationToken) =>
        await NextAsync(cancellationToken) ?? throw new ScannerFaultException("the connection ended before the answer");

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length)
            throw new ScannerFaultException("a line of the answer is too long");
    }
}
