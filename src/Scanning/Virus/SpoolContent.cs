using Amavis.Core.Messages;
using Amavis.Core.Parts;

namespace Amavis.Scanning.Virus;

/// <summary>The whole message as something to be scanned.</summary>
internal sealed class SpoolContent(Spool spool) : IPartContent
{
    public long Length => spool.Length;

    public Stream OpenRead() => spool.OpenRead(0, spool.Length);
}
