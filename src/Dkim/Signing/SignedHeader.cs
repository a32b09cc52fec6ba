using System.Buffers;
using Amavis.Dkim.Canonicalization;
using Amavis.Mime.Headers;

namespace Amavis.Dkim.Signing;

/// <summary>The fields that a signature covers: which they are, and their octets in canonical form.</summary>
internal sealed class SignedHeader
{
    private readonly List<HeaderField> _signed = [];

    /// <param name="fields">By name in lower case: 1 signed, 2 signed and that there is no other.</param>
    /// <param name="withoutTopReceived">The topmost Received field is not there when the message goes out.</param>
    public SignedHeader(HeaderSection header, IReadOnlyDictionary<string, int> fields, bool withoutTopReceived)
    {
        var names = new List<string>();
        var left = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var field in header.Fields)
            if (field.IsField)
                left[Lower(field)] = left.GetValueOrDefault(Lower(field)) + 1;
        for (var i = header.Fields.Count - 1; i >= 0; i--)
        {
            var field = header.Fields[i];
            if (!field.IsField || !IsName(field))
                continue;
            var name = Lower(field);
            var isTop = --left[name] == 0;
            if (fields.GetValueOrDefault(name) is not (> 0 and var times) || (isTop && withoutTopReceived && name == "received"))
                continue;
            names.Add(name);
            _signed.Add(field);
            if (isTop && times > 1)
                names.Add(name);
        }
        Names = names;
    }

    /// <summary>For h=: from the bottom to the top, so that each mention takes the next one up (RFC 6376 §5.4.2); a name too many stands for a field that is not there.</summary>
    public IReadOnlyList<string> Names { get; }

    public void Write(IBufferWriter<byte> output, CanonicalForm form)
    {
        foreach (var field in _signed)
            HeaderCanonicalizer.Write(output, field, form);
    }

    private static string Lower(HeaderField field) => field.Name.ToLowerInvariant();

    /// <summary>A colon or semicolon in h= would part it.</summary>
    private static bool IsName(HeaderField field) => !field.NameOctets.ContainsAnyExceptInRange((byte)'!', (byte)'~') && !field.NameOctets.Contains((byte)';');
}
