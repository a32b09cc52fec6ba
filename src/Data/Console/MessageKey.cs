using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Amavis.Data.Console;

/// <summary>What names a message: partition tag and mail id; written <c>0-sEv2GNrSY3dx</c> in addresses of the console.</summary>
public readonly record struct MessageKey(int PartitionTag, string MailId)
{
    /// <summary>Longest mail id stored by any version of the schema, in characters.</summary>
    public const int MaxMailIdLength = 16;

    /// <summary>Reads the written form. Anything that can't be a mail id is refused, so that a key is safe in addresses and requests.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out MessageKey key)
    {
        key = default;
        if (text is null)
            return false;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash <= 0 || !int.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var tag))
            return false;
        var id = text[(dash + 1)..];
        if (!IsMailId(id))
            return false;
        key = new MessageKey(tag, id);
        return true;
    }

    /// <summary>Letters, digits, <c>_ + - =</c>, starting with a letter or digit; the older alphabet is included.</summary>
    public static bool IsMailId(string? id) =>
        id is { Length: > 0 and <= MaxMailIdLength } && char.IsAsciiLetterOrDigit(id[0])
        && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '+' or '=');

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{PartitionTag}-{MailId}");
}
