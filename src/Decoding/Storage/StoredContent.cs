using System.Buffers;
using Amavis.Core.Parts;

namespace Amavis.Decoding.Storage;

/// <summary>Looks at the first octets of a content.</summary>
internal delegate T HeadReader<out T>(ReadOnlySpan<byte> head, long length);

/// <summary>Content that can be read at any place, which is what the archive readers need.</summary>
internal abstract class StoredContent : IPartContent
{
    public abstract long Length { get; }

    /// <summary>Reads at an offset; fewer octets only at the end.</summary>
    public abstract int Read(long offset, Span<byte> destination);

    /// <summary>All octets as one array segment, when they are in memory.</summary>
    public virtual bool TryGetArray(out ArraySegment<byte> octets)
    {
        octets = default;
        return false;
    }

    public virtual Stream OpenRead() => new ContentStream(this);

    /// <summary>Gives the first octets, all when there are fewer, to a function; they are not copied where they lie in memory.</summary>
    public virtual T WithHead<T>(int octets, HeadReader<T> read)
    {
        octets = (int)Math.Min(octets, Length);
        if (TryGetArray(out var array))
            return read(array.AsSpan(0, octets), Length);
        var head = ArrayPool<byte>.Shared.Rent(octets);
        try
        {
            return read(head.AsSpan(0, Read(0, head.AsSpan(0, octets))), Length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(head);
        }
    }
}

/// <summary>Nothing.</summary>
internal sealed class EmptyContent : StoredContent
{
    public static readonly EmptyContent Instance = new();

    public override long Length => 0;

    public override int Read(long offset, Span<byte> destination) => 0;

    public override bool TryGetArray(out ArraySegment<byte> octets)
    {
        octets = new ArraySegment<byte>([]);
        return true;
    }
}

/// <summary>Octets in an array that belongs to the message's <see cref="PartStore"/>.</summary>
internal sealed class MemoryContent(PartStore store, byte[] array, int length) : StoredContent
{
    public override long Length => length;

    public override int Read(long offset, Span<byte> destination)
    {
        store.ThrowIfDisposed();
        if (offset >= length)
            return 0;
        var count = (int)Math.Min(destination.Length, length - offset);
        array.AsSpan((int)offset, count).CopyTo(destination);
        return count;
    }

    public override bool TryGetArray(out ArraySegment<byte> octets)
    {
        store.ThrowIfDisposed();
        octets = new ArraySegment<byte>(array, 0, length);
        return true;
    }
}

/// <summary>Octets in a file of the message's own directory, under a name of ours.</summary>
internal sealed class FileContent(PartStore store, string path, long length) : StoredContent, IDisposable
{
    private Microsoft.Win32.SafeHandles.SafeFileHandle? _handle;

    public override long Length => length;

    public override int Read(long offset, Span<byte> destination)
    {
        store.ThrowIfDisposed();
        _handle ??= File.OpenHandle(path);
        var done = 0;
        while (done < destination.Length && RandomAccess.Read(_handle, destination[done..], offset + done) is > 0 and var got)
            done += got;
        return done;
    }

    public override Stream OpenRead()
    {
        store.ThrowIfDisposed();
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Closes the file; it is opened again when it is read.</summary>
    public void Dispose()
    {
        _handle?.Dispose();
        _handle = null;
    }
}
