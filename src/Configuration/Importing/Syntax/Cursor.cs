using System.Text;

namespace Amavis.Configuration.Importing.Syntax;

/// <summary>
/// A place in a file that moves on: over blanks, comments, here-documents and quoted texts. What one character means depends on what
/// is expected, so there are no tokens; the parser asks for what it wants.
/// </summary>
internal sealed class Cursor(PerlSource source)
{
    private readonly List<Comment> _comments = [];

    /// <summary>Line ends after which the bodies of here-documents stand, and where the text goes on.</summary>
    private readonly Dictionary<int, int> _resume = [];

    public int At { get; set; }

    /// <summary>End of the last thing read, without the blanks after it.</summary>
    public int LastEnd { get; private set; }

    /// <summary>Characters looked at while searching for ends; bounds the time lost on texts without an end.</summary>
    public long Searched { get; private set; }

    /// <summary>The last blanks skipped ended in an empty line.</summary>
    public bool SawBlankLine { get; private set; }

    public string Text => source.Text;

    public char Current => Peek(0);

    public bool AtEnd => At >= Text.Length;

    public char Peek(int offset) => At + offset < Text.Length ? Text[At + offset] : '\0';

    public bool StartsWith(string text) => string.CompareOrdinal(Text, At, text, 0, text.Length) == 0;

    public static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c == '_';

    public static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    /// <param name="atStatement">A statement may begin here, and so may documentation (<c>=head1</c> … <c>=cut</c>).</param>
    public void SkipSpace(bool atStatement = false)
    {
        var (lines, first) = (At == 0 ? 1 : 0, true);
        LastEnd = At;
        var start = At;
        for (; At < Text.Length; At++)
        {
            var c = Text[At];
            if (c == '\n')
            {
                lines++;
                if (_resume.TryGetValue(At, out var after))
                    At = after - 1;
            }
            else if (c == '#')
            {
                AddComment(sameLine: first && lines == 0, afterBlank: lines > 1);
                (lines, first) = (0, false);
                At--;
            }
            else if (c == '=' && atStatement && char.IsAsciiLetter(Peek(1)) && (At == 0 || Text[At - 1] == '\n'))
            {
                SkipDocumentation();
                At--;
            }
            else if (c is not (' ' or '\t' or '\r' or '\f'))
            {
                break;
            }
        }
        SawBlankLine = lines > 1 || (At == start && SawBlankLine);
    }

    /// <summary>Comments skipped since the last call.</summary>
    public List<Comment> TakeComments()
    {
        var taken = _comments.ToList();
        _comments.Clear();
        return taken;
    }

    /// <summary>Gives back a comment that belongs to what follows.</summary>
    public void Return(Comment comment) => _comments.Add(comment);

    /// <summary>Takes the text if it stands here.</summary>
    public bool Take(string text)
    {
        if (!StartsWith(text))
            return false;
        At += text.Length;
        return true;
    }

    public bool Take(char c)
    {
        if (Current != c || AtEnd)
            return false;
        At++;
        return true;
    }

    /// <summary>The name here, with package parts; empty: there is none.</summary>
    public string PeekWord()
    {
        if (!IsWordStart(Current))
            return "";
        var end = At + 1;
        while (end < Text.Length && (IsWordPart(Text[end]) || IsPackageMark(end)))
            end += Text[end] == ':' ? 2 : 1;
        return Text[At..end];
    }

    public string TakeWord()
    {
        var word = PeekWord();
        At += word.Length;
        return word;
    }

    private bool IsPackageMark(int at) =>
        Text[at] == ':' && at + 2 < Text.Length && Text[at + 1] == ':' && IsWordStart(Text[at + 2]);

    /// <summary>What stands between the delimiter here and its counterpart, escapes left as they are; false: it has no end.</summary>
    public bool TryDelimited(out string content)
    {
        var open = Current;
        var close = open switch { '(' => ')', '[' => ']', '{' => '}', '<' => '>', _ => open };
        var (start, depth) = (At + 1, 1);
        for (var i = start; i < Text.Length; i++)
        {
            var c = Text[i];
            if (c == '\\')
                i++;
            else if (c == close && --depth == 0)
            {
                content = Text[start..i];
                Searched += i - At;
                At = i + 1;
                return true;
            }
            else if (c == open && open != close)
                depth++;
        }
        Searched += Text.Length - At;
        content = "";
        return false;
    }

    /// <summary>The lines of a here-document whose tag ends here; null: its end is missing.</summary>
    /// <param name="indented">The tag may be indented, and the lines are moved to the left.</param>
    public string? HereDocument(string tag, bool indented)
    {
        var lineEnd = Text.IndexOf('\n', At);
        if (lineEnd < 0)
            return null;
        var start = _resume.GetValueOrDefault(lineEnd, lineEnd + 1);
        for (var at = start; at < Text.Length;)
        {
            var end = Text.IndexOf('\n', at);
            end = end < 0 ? Text.Length : end;
            var line = Text.AsSpan(at, end - at).TrimEnd('\r');
            if ((indented ? line.TrimStart(" \t") : line).SequenceEqual(tag))
            {
                Searched += end - start;
                _resume[lineEnd] = Math.Min(end + 1, Text.Length);
                var body = Text[start..at].Replace("\r\n", "\n", StringComparison.Ordinal);
                return indented ? MovedLeft(body) : body;
            }
            at = end + 1;
        }
        Searched += Text.Length - start;
        return null;
    }

    private static string MovedLeft(string body)
    {
        var lines = body.Split('\n');
        var indents = lines.Where(l => l.AsSpan().Trim(" \t").Length > 0).Select(l => l.Length - l.TrimStart(' ', '\t').Length).ToArray();
        var least = indents.Length == 0 ? 0 : indents.Min();
        var moved = new StringBuilder(body.Length);
        for (var i = 0; i < lines.Length; i++)
            moved.Append(i == 0 ? "" : "\n").Append(lines[i].Length >= least ? lines[i].AsSpan(least) : "");
        return moved.ToString();
    }

    private void AddComment(bool sameLine, bool afterBlank)
    {
        var end = Text.IndexOf('\n', At);
        end = end < 0 ? Text.Length : end;
        _comments.Add(new Comment(Text[(At + 1)..end].TrimEnd(), source.LineOf(At), sameLine, afterBlank));
        At = end;
    }

    private void SkipDocumentation()
    {
        var cut = Text.IndexOf("\n=cut", At, StringComparison.Ordinal);
        var end = cut < 0 ? -1 : Text.IndexOf('\n', cut + 1);
        At = end < 0 ? Text.Length : end;
    }
}
