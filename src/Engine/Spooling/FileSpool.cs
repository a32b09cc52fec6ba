using System.Buffers;
using Amavis.Core.Messages;
using Microsoft.Win32.SafeHandles;

namespace Amavis.Engine.Spooling;

/// <summary>A message in a file that has no name any more; closing it frees its space.</summary>
internal sealed class FileSpool(SafeFileHandle file, long length, SpoolFacts facts) : Spool
{
    private const int ChunkOctets = 128 << 10;

    public override long Length => length;

    public override SpoolFacts Facts => facts;

    public override int Read(long offset, Span<byte> destination)
    {
        if (offset >= length)
            return 0;
        destination = destination[..(int)Math.Min(destination.Length, length - offset)];
        var done = 0;
        while (done < destination.Length)
        {
            var read = RandomAccess.Read(file, destination[done..], offset + done);
            if (read == 0)
                throw new IOException("the spool file is shorter than what was written to it");
            done += read;
        }
        return done;
    }

    public override IEnumerable<ReadOnlyMemory<byte>> Chunks(long offset, long count)
    {
        var end = Math.Min(length, offset + count);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(end - offset, 1, ChunkOctets));
        try
        {
            while (offset < end)
            {
                var read = Read(offset, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - offset)));
                yield return buffer.AsMemory(0, read);
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public override Stream OpenRead(long offset, long count) => new SpoolStream(this, offset, count);

    public override void Dispose() => file.Dispose();
}
