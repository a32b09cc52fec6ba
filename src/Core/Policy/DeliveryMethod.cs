using System.Collections.Concurrent;
using System.Globalization;

namespace Amavis.Core.Policy;

public enum DeliveryProtocol
{
    Smtp,
    Lmtp,
    Pipe,
    Bsmtp,
    Local,
    Sql,
}

/// <summary>One way to deliver: <c>smtp:[127.0.0.1]:10025</c>, <c>local:spam-%m.gz</c>, <c>sql:</c>.</summary>
/// <param name="Host">Host or address without brackets, <c>*</c> for the peer of the session; null for a Unix socket and other kinds.</param>
/// <param name="Port">0 stands for <c>*</c>, the port the mail came in on plus one.</param>
/// <param name="Path">Unix socket, file template or arguments, by kind.</param>
public sealed record DeliveryTarget(DeliveryProtocol Protocol, string? Host, int Port, string Path, string Text)
{
    public override string ToString() => Text;

    public static bool TryParse(string text, out DeliveryTarget? target, out string fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        target = null;
        fault = $"\"{text}\" is not a delivery method (smtp:[host]:port, lmtp:, pipe:, bsmtp:, local: or sql:)";
        var colon = text.IndexOf(':');
        if (colon < 0)
            return false;
        var rest = text[(colon + 1)..];
        DeliveryProtocol? protocol = text[..colon].ToLowerInvariant() switch
        {
            "smtp" or "esmtp" => DeliveryProtocol.Smtp,
            "lmtp" => DeliveryProtocol.Lmtp,
            "pipe" => DeliveryProtocol.Pipe,
            "bsmtp" => DeliveryProtocol.Bsmtp,
            "local" => DeliveryProtocol.Local,
            "sql" => DeliveryProtocol.Sql,
            _ => null,
        };
        if (protocol is not { } kind)
            return false;
        if (kind is not (DeliveryProtocol.Smtp or DeliveryProtocol.Lmtp))
        {
            target = new DeliveryTarget(kind, null, 0, rest, text);
            return true;
        }
        if (rest.StartsWith('/'))
        {
            target = new DeliveryTarget(kind, null, 0, rest, text);
            return true;
        }
        var portAt = rest.LastIndexOf(':');
        if (portAt <= 0)
            return false;
        var host = rest[..portAt].Trim('[', ']');
        var portText = rest[(portAt + 1)..];
        var port = 0;
        if (host.Length == 0 || (portText != "*" && (!int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > 65535)))
            return false;
        target = new DeliveryTarget(kind, host, port, "", text);
        return true;
    }
}

/// <summary>A delivery method: one target, or several of smtp and lmtp to choose from (failover, load sharing).</summary>
public sealed class DeliveryMethod : IEquatable<DeliveryMethod>
{
    /// <summary>Lookup results that have been read; beyond this many the memory of them starts anew.</summary>
    private const int MaxRead = 1000;

    private static readonly ConcurrentDictionary<string, DeliveryMethod?> Read = [];

    public DeliveryMethod(IReadOnlyList<DeliveryTarget> targets)
    {
        ArgumentOutOfRangeException.ThrowIfZero(targets?.Count ?? 0);
        Targets = targets!;
    }

    public IReadOnlyList<DeliveryTarget> Targets { get; }

    public DeliveryProtocol Protocol => Targets[0].Protocol;

    /// <summary>For code and tests; throws on a faulty text.</summary>
    public static DeliveryMethod Parse(params string[] texts) =>
        new([.. texts.Select(t => DeliveryTarget.TryParse(t, out var target, out var fault) ? target! : throw new FormatException(fault))]);

    /// <summary>The form as a value of a lookup table, which holds texts: the targets, each on a line.</summary>
    public string LookupText => string.Join('\n', Targets.Select(t => t.Text));

    /// <summary>Reads the value of a lookup table.</summary>
    /// <param name="method">Null: the text is empty, so that nobody here delivers; or it is faulty.</param>
    /// <returns>False when the text is not a method.</returns>
    public static bool TryParseLookup(string text, out DeliveryMethod? method)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Read.Count > MaxRead)
            Read.Clear();
        method = Read.GetOrAdd(text, static t => FromLookup(t));
        return method is not null || text.Length == 0;
    }

    private static DeliveryMethod? FromLookup(string text)
    {
        var targets = new List<DeliveryTarget>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!DeliveryTarget.TryParse(line, out var target, out _))
                return null;
            targets.Add(target!);
        }
        return targets.Count == 0 ? null : new DeliveryMethod(targets);
    }

    public bool Equals(DeliveryMethod? other) => other is not null && Targets.SequenceEqual(other.Targets);

    public override bool Equals(object? obj) => Equals(obj as DeliveryMethod);

    public override int GetHashCode() => Targets.Aggregate(17, (hash, t) => HashCode.Combine(hash, t));

    public override string ToString() => string.Join(", ", Targets.Select(t => t.Text));
}
