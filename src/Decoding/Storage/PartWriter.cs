using System.Buffers;

namespace Amavis.Decoding.Storage;

/// <summary>Takes the octets of one content, in memory as long as the store allows, then in a file.</summary>
internal sealed class PartWriter : IBufferWriter<byte>, IDisposable
{
    private const int FirstOctets = 4096;
    private const int LargestHintOctets = 256 << 10;

    private readonly PartStore _store;
    private byte[]? _array;
    private int _rented;
    private byte[]? _scratch;
    private FileStream? _file;
    private string _path = "";
    private bool _done;

    /// <param name="store">Where the content belongs.</param>
    /// <param name="expectedOctets">For the first buffer.</param>
    /// <param name="isBound">The content is not longer than that; otherwise it is a hint that may be wrong.</param>
    public PartWriter(PartStore store, long expectedOctets, bool isBound)
    {
        _store = store;
        _rented = (int)Math.Clamp(expectedOctets, isBound ? 16 : FirstOctets, isBound ? Array.MaxLength : LargestHintOctets);
        _array = store.TryRent(_rented);
    }

    public long Length { get; private set; }

    /// <exception cref="IOException">The disk is full or fails; the message must be tempfailed.</exception>
    public void Write(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
            return;
        EnsureRoom(octets.Length);
        if (_array is null)
            WriteToFile(octets);
        else
            octets.CopyTo(_array.AsSpan((int)Length));
        Length += octets.Length;
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        sizeHint = Math.Max(1, sizeHint);
        EnsureRoom(sizeHint);
        if (_array is not null)
            return _array.AsSpan((int)Length);
        if (_scratch is null || _scratch.Length < sizeHint)
        {
            ReturnScratch();
            _scratch = ArrayPool<byte>.Shared.Rent(sizeHint);
        }
        return _scratch;
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException("written by spans only");

    public void Advance(int count)
    {
        if (_array is null && count > 0)
            WriteToFile(_scratch.AsSpan(0, count));
        Length += count;
    }

    /// <summary>What was written becomes a content of the store.</summary>
    public StoredContent Complete()
    {
        _done = true;
        ReturnScratch();
        if (_file is not null)
        {
            _file.Dispose();
            return _store.Keep(_path, Length);
        }
        if (_array is null)
            return EmptyContent.Instance;
        if (Length > 0)
        {
            ReduceRoom();
            return _store.Keep(_array, _rented, (int)Length);
        }
        _store.Return(_array, _rented);
        return EmptyContent.Instance;
    }

    public void Dispose()
    {
        if (_done)
            return;
        _done = true;
        ReturnScratch();
        if (_array is not null)
            _store.Return(_array, _rented);
        if (_file is null)
            return;
        _file.Dispose();
        File.Delete(_path);
    }

    private void EnsureRoom(int octets)
    {
        if (_array is not null && Length + octets > _array.Length && !TryGrow(Length + octets))
            MoveToFile();
    }

    private bool TryGrow(long needed)
    {
        var old = _array!; // the caller has looked
        var size = Math.Max(needed, Math.Min(2L * _rented, _store.MemoryLeft));
        // Both are counted while one is copied to the other, so that the bound holds at every moment.
        if (size > Array.MaxLength || _store.TryRent((int)size) is not { } larger)
            return false;
        old.AsSpan(0, (int)Length).CopyTo(larger);
        _store.Return(old, _rented);
        (_array, _rented) = (larger, (int)size);
        return true;
    }

    /// <summary>An archive may declare much for each of very many small members; their arrays must not be kept.</summary>
    private void ReduceRoom()
    {
        if (_rented <= FirstOctets || Length >= _rented / 2 || _store.TryRent((int)Length) is not { } smaller)
            return;
        _array.AsSpan(0, (int)Length).CopyTo(smaller);
        _store.Return(_array!, _rented); // the caller has looked
        (_array, _rented) = (smaller, (int)Length);
    }

    private void MoveToFile()
    {
        if (Length > 0)
            WriteToFile(_array.AsSpan(0, (int)Length));
        _store.Return(_array!, _rented); // the caller has looked
        _array = null;
    }

    private void WriteToFile(ReadOnlySpan<byte> octets)
    {
        _file ??= _store.CreateFile(out _path);
        _file.Write(octets);
    }

    private void ReturnScratch()
    {
        if (_scratch is not null)
            ArrayPool<byte>.Shared.Return(_scratch);
        _scratch = null;
    }
}
