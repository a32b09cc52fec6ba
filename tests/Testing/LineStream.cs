using System.Text;

namespace Amavis.Testing;

/// <summary>Lines and message data over a stream, for test peers.</summary>
public sealed class LineStream(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;

    /// <summary>One line without its CRLF (or LF); null at the end of the stream.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new MemoryStream();
        while (true)
        {
            var at = Array.IndexOf(_buffer, (byte)'\n', _start, _end - _start);
            if (at >= 0)
            {
                line.Write(_buffer, _start, at - _start);
                _start = at + 1;
                return Encoding.Latin1.GetString(line.ToArray()).TrimEnd('\r');
            }
            line.Write(_buffer, _start, _end - _start);
            if (!await FillAsync(cancellationToken))
                return null;
        }
    }

    /// <summary>Message data up to the lone dot, unstuffed; null when the stream ends before.</summary>
    public async Task<byte[]?> ReadDataAsync(CancellationToken cancellationToken)
    {
        var data = new MemoryStream();
        var atLineStart = true;
        while (true)
        {
            while (_start < _end)
            {
                if (atLineStart && _buffer[_start] == '.')
                {
                    while (_end - _start < 3)
                    {
                        if (!await FillAsync(cancellationToken))
                            return null;
                    }
                    if (_buffer[_start + 1] == '\r' && _buffer[_start + 2] == '\n')
                    {
                        _start += 3;
                        return data.ToArray();
                    }
                    _start++;
                }
                var at = Array.IndexOf(_buffer, (byte)'\n', _start, _end - _start);
                var stop = at < 0 ? _end : at + 1;
                data.Write(_buffer, _start, stop - _start);
                // Only CRLF begins a new line.
                atLineStart = at >= 0 && data.Length >= 2 && data.GetBuffer()[data.Length - 2] == '\r';
                _start = stop;
            }
            if (!await FillAsync(cancellationToken))
                return null;
        }
    }

    public async Task WriteAsync(string text, CancellationToken cancellationToken) =>
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), cancellationToken);

    public async Task WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken) =>
        await stream.WriteAsync(octets, cancellationToken);

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start == _end)
            _start = _end = 0;
        else if (_end == _buffer.Length)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            (_start, _end) = (0, _end - _start);
        }
        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        return read > 0;
    }
}
