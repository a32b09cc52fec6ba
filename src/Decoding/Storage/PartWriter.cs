namespace Amavis.Decoding.Storage;

/// <summary>Takes the octets of one content, in memory as long as the store allows, then in a file.</summary>
internal sealed class PartWriter : IDisposable
{
    private const int FirstOctets = 4096;
    private const int LargestHintOctets = 256 << 10;

    private readonly PartStore _store;
    private byte[]? _array;
    private int _rented;
    private FileStream? _file;
    private string _path = "";
    private bool _done;

    public PartWriter(PartStore store, long expectedOctets)
    {
        _store = store;
        _rented = (int)Math.Clamp(expectedOctets, FirstOctets, LargestHintOctets);
        _array = store.TryRent(_rented);
    }

    public long Length { get; private set; }

    /// <exception cref="IOException">The disk is full or fails; the message must be tempfailed.</exception>
    public void Write(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
            return;
        if (_array is not null && Length + octets.Length > _rented && !TryGrow(Length + octets.Length))
            MoveToFile();
        if (_array is null)
        {
            _file ??= _store.CreateFile(out _path);
            _file.Write(octets);
        }
        else
            octets.CopyTo(_array.AsSpan((int)Length));
        Length += octets.Length;
    }

    /// <summary>What was written becomes a content of the store.</summary>
    public StoredContent Complete()
    {
        _done = true;
        if (_file is not null)
        {
            _file.Dispose();
            return _store.Keep(_path, Length);
        }
        if (_array is null)
            return EmptyContent.Instance;
        if (Length > 0)
            return _store.Keep(_array, _rented, (int)Length);
        _store.Return(_array, _rented);
        return EmptyContent.Instance;
    }

    public void Dispose()
    {
        if (_done)
            return;
        _done = true;
        if (_array is not null)
            _store.Return(_array, _rented);
        if (_file is null)
            return;
        _file.Dispose();
        File.Delete(_path);
    }

    private bool TryGrow(long needed)
    {
        var old = _array!;
        var size = Math.Max(needed, Math.Min(2L * _rented, _rented + _store.MemoryLeft));
        if (size > Array.MaxLength)
            return false;
        // Counted twice while it is copied, so that the bound holds at every moment.
        if (_store.TryRent((int)size) is not { } larger)
            return false;
        old.AsSpan(0, (int)Length).CopyTo(larger);
        _store.Return(old, _rented);
        (_array, _rented) = (larger, (int)size);
        return true;
    }

    private void MoveToFile()
    {
        _file = _store.CreateFile(out _path);
        _file.Write(_array.AsSpan(0, (int)Length));
        _store.Return(_array!, _rented);
        _array = null;
    }
}
