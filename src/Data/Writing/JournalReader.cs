using System.Buffers;

namespace Amavis.Data.Writing;

/// <summary>
/// Reads the records of one segment in order. A torn record at the end is what a killed process leaves and is skipped; damage
/// elsewhere is skipped up to the next line that starts a record.
/// </summary>
internal sealed class JournalReader : IDisposable
{
    private readonly FileStream _file;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
    private int _start;
    private int _end;
    private bool _atEnd;

    public JournalReader(string path, long offset)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        _file.Seek(offset, SeekOrigin.Begin);
    }

    /// <summary>Octets that were no record, a torn one at the end not counted.</summary>
    public long DamagedOctets { get; private set; }

    /// <summary>The next record, or null at the end.</summary>
    public async ValueTask<FinalRow?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!await FillAsync(JournalLine.HeaderOctets, cancellationToken))
                return null;
            var length = JournalLine.ReadHeader(_buffer.AsSpan(_start, _end - _start), out var checksum);
            if (length < 0)
            {
                if (!await SkipLineAsync(cancellationToken))
                    return null;
                continue;
            }
            if (!await FillAsync(JournalLine.HeaderOctets + length + 1, cancellationToken))
            {
                // The length may itself be damage; a record after it would be on a line of its own.
                if (!await SkipLineAsync(cancellationToken))
                    return null;
                continue;
            }
            var payload = _buffer.AsMemory(_start + JournalLine.HeaderOctets, length);
            if (JournalLine.Checksum(payload.Span) == checksum && RowCodec.Read(payload) is { } row)
            {
                _start += JournalLine.HeaderOctets + length + 1;
                return row;
            }
            if (!await SkipLineAsync(cancellationToken))
                return null;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _file.Dispose();
    }

    /// <summary>Records in a file, counted by their line ends.</summary>
    public static async Task<int> CountAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var buffer = new byte[1 << 16];
        var count = 0;
        for (int read; (read = await file.ReadAsync(buffer, cancellationToken)) > 0;)
            count += buffer.AsSpan(0, read).Count((byte)'\n');
        return count;
    }

    /// <summary>Makes at least so many octets available; false when the file ends before.</summary>
    private async ValueTask<bool> FillAsync(int octets, CancellationToken cancellationToken)
    {
        while (_end - _start < octets && !_atEnd)
        {
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                _end -= _start;
                _start = 0;
            }
            if (_buffer.Length < octets)
            {
                var larger = ArrayPool<byte>.Shared.Rent(octets);
                _buffer.AsSpan(0, _end).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = larger;
            }
            var read = await _file.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            _atEnd = read == 0;
            _end += read;
        }
        return _end - _start >= octets;
    }

    /// <summary>Goes on after the next line end; false when there is none.</summary>
    private async ValueTask<bool> SkipLineAsync(CancellationToken cancellationToken)
    {
        long skipped = 0;
        while (true)
        {
            var at = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (at >= 0)
            {
                _start += at + 1;
                DamagedOctets += skipped + at + 1;
                return true;
            }
            skipped += _end - _start;
            _start = _end;
            if (!await FillAsync(1, cancellationToken))
                return false;
        }
    }
}
