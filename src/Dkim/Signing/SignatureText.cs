using System.Globalization;
using System.Text;
using Amavis.Dkim.Canonicalization;
using Amavis.Dkim.Keys;

namespace Amavis.Dkim.Signing;

/// <summary>Writes signature fields, folded with LF at 76 columns.</summary>
internal static class SignatureText
{
    public const string Name = "DKIM-Signature";
    private const int Columns = 76;

    /// <summary>Everything up to and including <c>b=</c>, which is last.</summary>
    public static string Unsigned(SignatureOrder order, IReadOnlyList<string> fields, byte[] bodyHash, DateTimeOffset receivedAt)
    {
        var options = order.Options;
        var text = new Folder(Name.Length + 2);
        text.Tag("v=1");
        text.Tag("a=" + order.Algorithm.Tag());
        if (options.HeaderForm != CanonicalForm.Simple || options.BodyForm != CanonicalForm.Simple)
            text.Tag($"c={Form(options.HeaderForm)}/{Form(options.BodyForm)}");
        text.Tag("d=" + order.Domain);
        text.Tag("s=" + order.Selector);
        if (order.Identity is { } identity)
            text.Tag("i=" + Quoted(identity));
        var seconds = receivedAt.ToUnixTimeMilliseconds() / 1000.0;
        text.Tag(string.Create(CultureInfo.InvariantCulture, $"t={Math.Floor(seconds):0}"));
        if (options.TimeToLive is { } life)
            text.Tag(string.Create(CultureInfo.InvariantCulture, $"x={Math.Ceiling(seconds + life.TotalSeconds):0}"));
        text.List("h=", fields);
        text.Tag("bh=" + Convert.ToBase64String(bodyHash));
        text.Word("b=");
        return text.ToString();
    }

    public static string WithSignature(string unsigned, byte[] signature)
    {
        var text = new StringBuilder(unsigned);
        var column = unsigned.Length - unsigned.LastIndexOf('\n') - 1;
        foreach (var c in Convert.ToBase64String(signature))
        {
            if (column >= Columns)
            {
                text.Append("\n ");
                column = 1;
            }
            text.Append(c);
            column++;
        }
        return text.ToString();
    }

    private static string Form(CanonicalForm form) => form == CanonicalForm.Simple ? "simple" : "relaxed";

    /// <summary>RFC 6376 §2.11.</summary>
    private static string Quoted(string identity)
    {
        var text = new StringBuilder(identity.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(identity))
        {
            if (octet is > 0x20 and < 0x7f and not ((byte)'=' or (byte)';'))
                text.Append((char)octet);
            else
                text.Append(CultureInfo.InvariantCulture, $"={octet:X2}");
        }
        return text.ToString();
    }

    /// <summary>Puts words on lines.</summary>
    private sealed class Folder(int column)
    {
        private readonly StringBuilder _text = new();
        private int _column = column;

        public void Tag(string tag) => Word(tag + ";");

        public void Word(string word)
        {
            if (_text.Length > 0)
            {
                var breaks = _column + 1 + word.Length > Columns;
                _text.Append(breaks ? "\n " : " ");
                _column = breaks ? 1 : _column + 1;
            }
            _text.Append(word);
            _column += word.Length;
        }

        /// <summary>A list of names with colons, which may go over several lines.</summary>
        public void List(string start, IReadOnlyList<string> names)
        {
            for (var i = 0; i < Math.Max(names.Count, 1); i++)
            {
                var piece = (i < names.Count ? names[i] : "") + (i + 1 < names.Count ? ":" : ";");
                if (i == 0)
                {
                    Word(start + piece);
                    continue;
                }
                if (_column + piece.Length > Columns)
                {
                    _text.Append("\n ");
                    _column = 1;
                }
                _text.Append(piece);
                _column += piece.Length;
            }
        }

        public override string ToString() => _text.ToString();
    }
}
