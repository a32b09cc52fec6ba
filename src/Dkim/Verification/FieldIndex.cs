using System.Buffers;
using Amavis.Dkim.Canonicalization;
using Amavis.Mime.Headers;

namespace Amavis.Dkim.Verification;

/// <summary>The fields of a header section by name, so that a long h= costs no more than its length. Made once for all signatures.</summary>
internal sealed class FieldIndex
{
    /// <summary>Fields that occur once in proper mail (RFC 5322 §3.6) or say how the body is read: a second one that is not signed could be what is shown.</summary>
    private static readonly string[] Singletons =
    [
        "from", "subject", "date", "to", "cc", "reply-to", "sender", "message-id", "in-reply-to", "references",
        "mime-version", "content-type", "content-transfer-encoding",
    ];

    private readonly Dictionary<string, List<HeaderField>> _byName = new(StringComparer.OrdinalIgnoreCase);

    public FieldIndex(HeaderSection header)
    {
        foreach (var field in header.Fields)
        {
            if (!field.IsField)
                continue;
            if (!_byName.TryGetValue(field.Name, out var fields))
                _byName.Add(field.Name, fields = []);
            fields.Add(field);
        }
    }

    public IReadOnlyList<HeaderField> All(string name) => _byName.TryGetValue(name, out var fields) ? fields : [];

    /// <summary>
    /// The fields that h= names in canonical form: of each name the bottommost first, upwards with every further mention; one that is
    /// not there is nothing (RFC 6376 §5.4.2).
    /// </summary>
    /// <param name="own">The signature's field, which can't sign itself.</param>
    public void Write(IBufferWriter<byte> output, IReadOnlyList<string> names, CanonicalForm form, HeaderField own)
    {
        var taken = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in names)
        {
            var fields = All(name);
            var at = fields.Count - 1 - taken.GetValueOrDefault(name);
            if (at >= 0 && fields[at].Offset == own.Offset)
                at--;
            taken[name] = fields.Count - at;
            if (at >= 0)
                HeaderCanonicalizer.Write(output, fields[at], form);
        }
    }

    /// <summary>The first field that should occur once, is signed, and occurs more often than it is signed; null: none.</summary>
    public string? OftenerThanSigned(IReadOnlyList<string> names)
    {
        foreach (var name in Singletons)
        {
            var present = All(name).Count;
            if (present > 1 && names.Count(n => n.Equals(name, StringComparison.OrdinalIgnoreCase)) is > 0 and var signed && signed < present)
                return All(name)[0].Name;
        }
        return null;
    }
}
