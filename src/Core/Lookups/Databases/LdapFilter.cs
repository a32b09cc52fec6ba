using System.Text;

namespace Amavis.Core.Lookups.Databases;

/// <summary>
/// A search filter (RFC 4511 §4.5.1.7) as read from its text form (RFC 4515). The value <c>%m</c> of an element stands for every key
/// of the address searched.
/// </summary>
public abstract record LdapFilter
{
    private LdapFilter()
    {
    }

    public sealed record And(IReadOnlyList<LdapFilter> Parts) : LdapFilter;
    public sealed record Or(IReadOnlyList<LdapFilter> Parts) : LdapFilter;
    public sealed record Not(LdapFilter Part) : LdapFilter;

    /// <summary>Is the attribute there, with any value.</summary>
    public sealed record Present(string Attribute) : LdapFilter;

    /// <param name="Relation">Number of the choice in the protocol: 3 equal, 5 greater or equal, 6 less or equal, 8 about equal.</param>
    public sealed record Compare(string Attribute, int Relation, byte[] Value) : LdapFilter;

    /// <param name="Initial">Null: may begin with anything.</param>
    /// <param name="Final">Null: may end with anything.</param>
    public sealed record Substrings(string Attribute, byte[]? Initial, IReadOnlyList<byte[]> Any, byte[]? Final) : LdapFilter;

    /// <summary><c>(attribute=%m)</c>: equals one of the keys.</summary>
    public sealed record AnyKey(string Attribute) : LdapFilter;

    /// <summary>The attributes that keys are searched in.</summary>
    public IEnumerable<string> KeyAttributes() => this switch
    {
        And and => and.Parts.SelectMany(p => p.KeyAttributes()),
        Or or => or.Parts.SelectMany(p => p.KeyAttributes()),
        Not not => not.Part.KeyAttributes(),
        AnyKey key => [key.Attribute],
        _ => [],
    };

    /// <param name="fault">What is wrong with the text.</param>
    public static bool TryParse(string text, out LdapFilter? filter, out string fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        var reader = new Reader(text.Trim());
        filter = reader.Filter(0);
        if (filter is not null && !reader.AtEnd)
            filter = reader.Fail("has more behind its closing bracket");
        fault = reader.Fault;
        return filter is not null;
    }

    private sealed class Reader(string text)
    {
        private const int MaxDepth = 20;

        private int _at;

        public string Fault { get; private set; } = "";

        public bool AtEnd => _at == text.Length;

        public LdapFilter? Fail(string what)
        {
            if (Fault.Length == 0)
                Fault = $"the filter {what}";
            return null;
        }

        public LdapFilter? Filter(int depth)
        {
            if (depth > MaxDepth)
                return Fail("is nested too deeply");
            if (!Take('('))
                return Fail($"needs an opening bracket at character {_at + 1}");
            var filter = Peek() switch
            {
                '&' => List(depth) is { } parts ? new And(parts) : null,
                '|' => List(depth) is { } parts ? new Or(parts) : null,
                '!' => Negated(depth),
                _ => Item(),
            };
            if (filter is null)
                return null;
            return Take(')') ? filter : Fail($"needs a closing bracket at character {_at + 1}");
        }

        private List<LdapFilter>? List(int depth)
        {
            _at++;
            SkipBlanks();
            var parts = new List<LdapFilter>();
            while (Peek() == '(')
            {
                if (Filter(depth + 1) is not { } part)
                    return null;
                parts.Add(part);
            }
            return parts;
        }

        private Not? Negated(int depth)
        {
            _at++;
            return Filter(depth + 1) is { } part ? new Not(part) : null;
        }

        private LdapFilter? Item()
        {
            var start = _at;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '-' or ';' or '.'))
                _at++;
            var attribute = text[start.._at];
            if (attribute.Length == 0)
                return Fail($"needs an attribute at character {start + 1}");
            var relation = 3;
            if (Peek() is '>' or '<' or '~')
                relation = text[_at++] switch { '>' => 5, '<' => 6, _ => 8 };
            if (!Take('='))
                return Fail($"needs an equals sign after {attribute}");
            start = _at;
            while (_at < text.Length && text[_at] is not ('(' or ')'))
                _at++;
            return Value(attribute, relation, text[start.._at].Trim());
        }

        private LdapFilter? Value(string attribute, int relation, string value)
        {
            if (value == "%m")
                return relation == 3 ? new AnyKey(attribute) : Fail("compares %m otherwise than with =");
            if (relation == 3 && value == "*")
                return new Present(attribute);
            var pieces = new List<byte[]>();
            foreach (var piece in relation == 3 ? value.Split('*') : [value])
            {
                if (Octets(piece) is not { } octets)
                    return Fail($"has a faulty escape in the value of {attribute}");
                pieces.Add(octets);
            }
            if (pieces.Count == 1)
                return new Compare(attribute, relation, pieces[0]);
            static byte[]? OrNull(byte[] octets) => octets.Length == 0 ? null : octets;
            return new Substrings(attribute, OrNull(pieces[0]), [.. pieces[1..^1].Where(p => p.Length > 0)], OrNull(pieces[^1]));
        }

        /// <summary>A backslash and two hexadecimal digits are an octet; null: faulty.</summary>
        private static byte[]? Octets(string value)
        {
            var octets = new List<byte>(value.Length);
            for (var i = 0; i < value.Length; i++)
            {
                if (value[i] != '\\')
                {
                    var end = char.IsHighSurrogate(value[i]) && i + 1 < value.Length ? i + 2 : i + 1;
                    octets.AddRange(Encoding.UTF8.GetBytes(value[i..end]));
                    i = end - 1;
                    continue;
                }
                if (i + 2 >= value.Length || !char.IsAsciiHexDigit(value[i + 1]) || !char.IsAsciiHexDigit(value[i + 2]))
                    return null;
                octets.Add(Convert.FromHexString(value.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            return [.. octets];
        }

        private char Peek() => _at < text.Length ? text[_at] : '\0';

        private bool Take(char wanted)
        {
            SkipBlanks();
            if (Peek() != wanted)
                return false;
            _at++;
            SkipBlanks();
            return true;
        }

        private void SkipBlanks()
        {
            while (Peek() == ' ')
                _at++;
        }
    }
}
