using Amavis.Core.Parts;

namespace Amavis.Scanning.Virus;

/// <summary>Something to be scanned.</summary>
/// <param name="Name">File name for it: <c>p001</c>; the whole message is <c>message.msg</c>.</param>
public sealed record ScanItem(string Name, IPartContent Content);

/// <summary>A virus scanner. Used by many messages at once.</summary>
public interface IVirusScanner
{
    /// <summary>As configured; shown in logs and notices.</summary>
    string Name { get; }

    /// <summary>Scans all items; a fault of the scanner is an outcome, not an exception.</summary>
    /// <param name="isEnough">Given the name of a virus: whether no further items have to be looked at. Null: all have to.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<ScanOutcome> ScanAsync(IReadOnlyList<ScanItem> items, Func<string, bool>? isEnough, CancellationToken cancellationToken);
}
