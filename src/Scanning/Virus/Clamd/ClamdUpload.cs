using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Amavis.Scanning.Sockets;

namespace Amavis.Scanning.Virus.Clamd;

/// <summary>The sending half of an IDSESSION: INSTREAM requests, gathered into few writes.</summary>
internal sealed class ClamdUpload(Socket socket) : IDisposable
{
    private const int BufferOctets = 64 << 10;

    /// <summary>Less room than this is not worth a chunk of its own.</summary>
    private const int MinChunkOctets = 1024;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferOctets);
    private int _length;

    public ValueTask CommandAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken)
    {
        if (_length + command.Length <= BufferOctets)
        {
            command.Span.CopyTo(_buffer.AsSpan(_length));
            _length += command.Length;
            return ValueTask.CompletedTask;
        }
        return FlushThenCommandAsync(command, cancellationToken);
    }

    /// <summary>One INSTREAM request with the whole content; parts of it may stay in the buffer.</summary>
    /// <exception cref="UnreadableContentException">The content could not be read.</exception>
    public async ValueTask StreamAsync(ScanItem item, CancellationToken cancellationToken)
    {
        await CommandAsync("zINSTREAM\0"u8.ToArray(), cancellationToken);
        await using var content = Open(item);
        while (true)
        {
            if (BufferOctets - _length < MinChunkOctets + 8)
                await FlushAsync(cancellationToken);
            // Room is kept for the length before the data and for the empty chunk after the last.
            var room = BufferOctets - _length - 8;
            var read = await ReadAsync(item, content, _buffer.AsMemory(_length + 4, room), cancellationToken);
            BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(_length), read);
            _length += 4 + read;
            if (read == 0)
                return;
        }
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await socket.SendAllAsync(_buffer.AsMemory(0, _length), cancellationToken);
        _length = 0;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private async ValueTask FlushThenCommandAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        command.Span.CopyTo(_buffer);
        _length = command.Length;
    }

    private static Stream Open(ScanItem item)
    {
        try
        {
            return item.Content.OpenRead();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new UnreadableContentException(item.Name, e);
        }
    }

    private static async ValueTask<int> ReadAsync(ScanItem item, Stream content, Memory<byte> target, CancellationToken cancellationToken)
    {
        try
        {
            return await content.ReadAsync(target, cancellationToken);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new UnreadableContentException(item.Name, e);
        }
    }
}
