using System.Net;
using Amavis.Core.Messages;

namespace Amavis.Scanning.Spam.Rspamd;

/// <summary>The beginning of a message, or all of it, as the body of a request.</summary>
internal sealed class SpoolHttpContent : HttpContent
{
    private readonly Spool _spool;
    private readonly long _octets;

    public SpoolHttpContent(Spool spool, long octets)
    {
        _spool = spool;
        _octets = octets;
        Headers.ContentType = new("application/octet-stream");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        foreach (var chunk in _spool.Chunks(0, _octets))
            await stream.WriteAsync(chunk, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _octets;
        return true;
    }
}
