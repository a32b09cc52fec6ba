using System.Buffers;
using Amavis.Core.Addresses;

namespace Amavis.Dkim.Verification;

/// <summary>Domains and selectors of signatures: nothing else gets into a question to the DNS or a result.</summary>
public static class SignatureNames
{
    private const int MaxLength = 253;
    private const int MaxLabel = 63;
    private static readonly SearchValues<char> LabelCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Lower case, A-labels (RFC 8616); null for what is no name of letters, digits, dashes and underlines.</summary>
    public static string? Normalize(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > MaxLength || name[0] is '@' or '.' || name[^1] == '.')
            return null;
        var normal = DomainNames.Normalize(name);
        if (normal.Length is 0 or > MaxLength)
            return null;
        foreach (var label in normal.AsSpan().Split('.'))
        {
            var text = normal.AsSpan()[label];
            if (text.Length is 0 or > MaxLabel || text.ContainsAnyExcept(LabelCharacters))
                return null;
        }
        return normal;
    }
}
