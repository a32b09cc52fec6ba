using Amavis.Dns.Messages;

namespace Amavis.Dns.Resolving;

/// <summary>Where the rest of the program asks the DNS.</summary>
public interface IDnsResolver
{
    /// <summary>Never throws for what servers or networks do; a name that can't be one has no records.</summary>
    /// <exception cref="OperationCanceledException">The asker would not wait any longer.</exception>
    ValueTask<DnsAnswer> AskAsync(string name, RecordType type, CancellationToken cancellationToken);
}
