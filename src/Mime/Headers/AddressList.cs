using System.Text;
using Amavis.Core.Addresses;
using Amavis.Mime.Charsets;

namespace Amavis.Mime.Headers;

/// <summary>An address of a header field with the name shown for it.</summary>
/// <param name="DisplayName">Decoded; empty when there is none.</param>
public sealed record HeaderAddress(MailAddress Address, string DisplayName);

/// <summary>
/// Reads address lists (RFC 5322 §3.4, with the obsolete forms of §4.4): groups, comments, quoted strings, routes, and what
/// else turns up. One pass; control characters never get into an address.
/// </summary>
public static class AddressList
{
    /// <summary>Addresses taken from one field.</summary>
    public const int MaxAddresses = 10_000;

    /// <summary>The addresses of a field; empty when there is none to be found.</summary>
    public static IReadOnlyList<HeaderAddress> Parse(HeaderField field) => Parse(field.UnfoldedOctets());

    /// <summary>The addresses of an unfolded field body.</summary>
    public static IReadOnlyList<HeaderAddress> Parse(ReadOnlySpan<byte> body)
    {
        var addresses = new List<HeaderAddress>(1);
        var reader = new Scanner(MailText.Guess(body), addresses);
        reader.Run();
        return addresses;
    }

    private sealed class Scanner(string text, List<HeaderAddress> addresses)
    {
        /// <summary>Words outside brackets: the display name, or the address when no brackets come.</summary>
        private readonly StringBuilder _phrase = new();
        private readonly StringBuilder _comment = new();
        private string? _inBrackets;
        private bool _phraseQuoted;
        private bool _inLiteral;
        // What was once found not to be closed is not looked for again, so that the work stays linear.
        private bool _noComments;
        private bool _noQuotes;
        private bool _noBrackets;

        public void Run()
        {
            for (var i = 0; i < text.Length && addresses.Count < MaxAddresses;)
                i = Step(i);
            End();
        }

        private int Step(int i)
        {
            switch (text[i])
            {
                case ',' or ';':
                    End();
                    return i + 1;
                case ':' when _inBrackets is null && !_inLiteral:
                    // What came before was the name of a group, RFC 5322 §3.4.
                    Clear();
                    return i + 1;
                case '(' when !_noComments:
                    return ReadComment(i);
                case '"' when !_noQuotes:
                    return ReadQuoted(i);
                case '"':
                    return i + 1; // A quote without its fellow says nothing.
                case '<':
                    return ReadBrackets(i);
                default:
                    _inLiteral = text[i] == '[' || (_inLiteral && text[i] != ']'); // a@[IPv6:::1]
                    _phrase.Append(text[i]);
                    return i + 1;
            }
        }

        private int ReadComment(int i)
        {
            var depth = 0;
            var from = _comment.Length;
            for (var at = i; at < text.Length; at++)
            {
                if (text[at] == '\\' && at + 1 < text.Length)
                {
                    _comment.Append(text[++at]);
                    continue;
                }
                if (text[at] == '(' && depth++ == 0)
                    continue;
                if (text[at] == ')' && --depth == 0)
                    return at + 1;
                _comment.Append(text[at]);
            }
            // Not closed: the parenthesis means itself, and so does every later one.
            _comment.Length = from;
            _noComments = true;
            _phrase.Append(text[i]);
            return i + 1;
        }

        private int ReadQuoted(int i)
        {
            var end = i + 1;
            while (end < text.Length && text[end] != '"')
                end += text[end] == '\\' ? 2 : 1;
            if (end >= text.Length)
            {
                _noQuotes = true;
                return i + 1;
            }
            _phrase.Append(text, i, end + 1 - i);
            _phraseQuoted = true;
            return end + 1;
        }

        private int ReadBrackets(int i)
        {
            var end = _noBrackets ? text.Length : i + 1;
            var quoted = false;
            for (; end < text.Length && (quoted || text[end] != '>'); end++)
            {
                if (text[end] == '\\' && quoted)
                    end++;
                else if (text[end] == '"')
                    quoted = !quoted;
                else if (text[end] == '<' && !quoted)
                    i = end; // The innermost pair holds the address.
            }
            if (end >= text.Length)
            {
                end = _noBrackets ? -1 : text.IndexOf('>', i);
                _noBrackets = end < 0;
                if (end < 0)
                    end = text.IndexOfAny([',', ';'], i) is var stop and > 0 ? stop : text.Length;
            }
            _inBrackets ??= text[Math.Min(i + 1, end)..end];
            return Math.Min(end + (end < text.Length && text[end] == '>' ? 1 : 0), text.Length);
        }

        private void End()
        {
            var phrase = _phrase.ToString().Trim();
            if (_inBrackets is not null)
                Add(_inBrackets, Display(phrase.Length > 0 ? phrase : _comment.ToString()));
            else if (phrase.Contains('@', StringComparison.Ordinal) || (phrase.Length > 0 && !phrase.Contains(' ', StringComparison.Ordinal)))
                Add(Bare(phrase), Display(_comment.ToString()));
            Clear();
        }

        /// <summary>An address without brackets among other words: the word with the at sign.</summary>
        private string Bare(string phrase)
        {
            if (_phraseQuoted || !phrase.Contains(' ', StringComparison.Ordinal))
                return phrase;
            var words = phrase.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var at = Array.FindLastIndex(words, w => w.IndexOf('@', StringComparison.Ordinal) > 0 && w[^1] != '@');
            return at < 0 ? string.Concat(words) : words[at];
        }

        private void Clear()
        {
            _phrase.Clear();
            _comment.Clear();
            _inBrackets = null;
            _phraseQuoted = false;
            _inLiteral = false;
        }

        private void Add(string spec, string displayName)
        {
            var clean = MailText.OneLine(spec).Trim();
            if (!MailAddress.TryParse(clean, out var address))
            {
                var packed = string.Concat(clean.Where(c => c > ' '));
                if (!MailAddress.TryParse(packed, out address))
                    address = MailAddress.FromUnquoted(packed.Trim('<', '>'));
            }
            if (!address.IsNull)
                addresses.Add(new HeaderAddress(address, displayName));
        }

        /// <summary>Without quotes and backslashes, encoded words decoded.</summary>
        private static string Display(string phrase)
        {
            phrase = phrase.Trim();
            if (phrase.Contains('"', StringComparison.Ordinal) || phrase.Contains('\\', StringComparison.Ordinal))
            {
                var plain = new StringBuilder(phrase.Length);
                for (var i = 0; i < phrase.Length; i++)
                {
                    if (phrase[i] == '\\' && i + 1 < phrase.Length)
                        plain.Append(phrase[++i]);
                    else if (phrase[i] != '"')
                        plain.Append(phrase[i]);
                }
                phrase = plain.ToString();
            }
            return MailText.OneLine(EncodedWords.Decode(Encoding.UTF8.GetBytes(phrase))).Trim();
        }
    }
}
