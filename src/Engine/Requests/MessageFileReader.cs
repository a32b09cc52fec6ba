using System.Buffers;
using Amavis.Core.Messages;
using Amavis.Protocols.Smtp.Server;

namespace Amavis.Engine.Requests;

/// <summary>Reads a message in a file into a spool, before anything is answered: the client may remove the file then.</summary>
internal static class MessageFileReader
{
    private const int BufferOctets = 64 << 10;

    /// <param name="maxOctets">A longer message is not kept; null: any length.</param>
    /// <returns>Null: too long.</returns>
    /// <exception cref="SpoolFullException">No room.</exception>
    /// <exception cref="IOException">The file can't be read, or is not what its name says.</exception>
    public static async Task<Spool?> ReadAsync(Stream file, ISpoolFactory spools, long? maxOctets, CancellationToken cancellationToken)
    {
        using var writer = spools.Create();
        var sink = new WriterSink(writer);
        var decoder = new DataDecoder(DataForm.Text);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferOctets);
        try
        {
            int read;
            while ((read = await ReadAsync(file, buffer, cancellationToken)) > 0)
            {
                decoder.Decode(buffer.AsSpan(0, read), sink);
                sink.ThrowIfFaulted();
                if (decoder.Length > maxOctets)
                    return null;
            }
            decoder.Finish(sink);
            sink.ThrowIfFaulted();
            return writer.Complete(decoder.Facts);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async ValueTask<int> ReadAsync(Stream file, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await file.ReadAsync(buffer, cancellationToken);
        }
        catch (InvalidDataException broken)
        {
            throw new IOException("the compressed message can't be read: " + broken.Message, broken);
        }
    }

    /// <summary>Sinks do not throw; what stopped this one is told afterwards.</summary>
    private sealed class WriterSink(SpoolWriter writer) : IOctetSink
    {
        private System.Runtime.ExceptionServices.ExceptionDispatchInfo? _fault;

        public void Write(ReadOnlySpan<byte> octets)
        {
            if (_fault is not null)
                return;
            try
            {
                writer.Write(octets);
            }
            catch (IOException broken)
            {
                _fault = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(broken);
            }
        }

        public void ThrowIfFaulted() => _fault?.Throw();
    }
}
