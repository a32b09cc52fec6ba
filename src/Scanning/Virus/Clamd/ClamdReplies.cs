using System.Buffers;
using System.Net.Sockets;
using Amavis.Scanning.Sockets;

namespace Amavis.Scanning.Virus.Clamd;

/// <summary>Reads answers that end in NUL, up to a limit in all.</summary>
internal sealed class ClamdReplies(Socket socket, int maxOctets) : IDisposable
{
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);
    private int _start;
    private int _end;
    private int _total;

    /// <summary>The next answer without its NUL, valid until the next call; null at the end of the connection.</summary>
    /// <exception cref="ScannerFaultException">Too much came, or an answer without end.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var at = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)0);
            if (at >= 0)
            {
                var answer = _buffer.AsMemory(_start, at);
                _start += at + 1;
                return answer;
            }
            MakeRoom();
            var read = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, cancellationToken);
            if (read == 0)
                return _end == _start ? null : throw new ScannerFaultException("the connection ended within an answer");
            _end += read;
            _total += read;
            if (_total > maxOctets)
                throw new ScannerFaultException("the answer is too long");
        }
    }

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
            throw new ScannerFaultException("not an answer of clamd");
    }
}
