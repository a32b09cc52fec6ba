using System.Buffers.Text;
using Amavis.Core.Messages;

namespace Amavis.Engine.Spooling;

/// <summary>Takes octets and keeps them in base64, in lines of 76 characters (RFC 2045 §6.8).</summary>
internal sealed class Base64Spooling(SpoolWriter writer) : Stream
{
    private const int LineOctets = 57;

    private readonly byte[] _line = new byte[LineOctets];
    private int _held;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Ends the last line and hands the text over.</summary>
    public Spool Complete()
    {
        if (_held > 0)
            WriteLine();
        return writer.Complete(SpoolFacts.None);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var take = Math.Min(LineOctets - _held, buffer.Length);
            buffer[..take].CopyTo(_line.AsSpan(_held));
            _held += take;
            buffer = buffer[take..];
            if (_held == LineOctets)
                WriteLine();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void WriteLine()
    {
        Span<byte> text = stackalloc byte[80];
        Base64.EncodeToUtf8(_line.AsSpan(0, _held), text, out _, out var length);
        text[length++] = (byte)'\r';
        text[length++] = (byte)'\n';
        writer.Write(text[..length]);
        _held = 0;
    }
}
