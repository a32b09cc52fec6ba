using System.IO.Pipelines;

namespace Amavis.Protocols.Transport;

/// <summary>Two pipes as one stream, for what can only work on streams. Asynchronous use alone; the pipes stay open at its end.</summary>
internal sealed class PipesStream(IDuplexPipe pipes) : Stream
{
    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var result = await pipes.Input.ReadAsync(cancellationToken);
            var available = result.Buffer;
            var taken = (int)Math.Min(available.Length, buffer.Length);
            try
            {
                available = available.Slice(0, taken);
                var at = 0;
                foreach (var segment in available)
                {
                    segment.Span.CopyTo(buffer.Span[at..]);
                    at += segment.Length;
                }
            }
            finally
            {
                pipes.Input.AdvanceTo(available.End);
            }
            // A wait that was ended from outside brings nothing, and is no end.
            if (taken > 0 || buffer.IsEmpty || result.IsCompleted)
                return taken;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var result = await pipes.Output.WriteAsync(buffer, cancellationToken);
        while (result.IsCanceled)
            result = await pipes.Output.FlushAsync(cancellationToken);
        if (result.IsCompleted)
            throw new IOException("the client takes nothing any more");
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
