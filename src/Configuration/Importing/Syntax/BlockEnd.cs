namespace Amavis.Configuration.Importing.Syntax;

/// <summary>
/// Finds the end of a block of code that is not read: the brace that closes it, with braces in texts, patterns and comments left
/// out of the count. Telling a pattern from a division needs all of Perl; what stands before the slash is a good guess.
/// </summary>
internal static class BlockEnd
{
    /// <summary>Moves behind the closing brace of the block that begins here; false: there is none.</summary>
    public static bool TrySkip(Cursor cursor)
    {
        var depth = 0;
        while (!cursor.AtEnd)
        {
            switch (cursor.Current)
            {
                case '{':
                    depth++;
                    cursor.At++;
                    break;
                case '}':
                    cursor.At++;
                    if (--depth == 0)
                        return true;
                    break;
                case '\'' when IsAfterWord(cursor):
                    cursor.At++;
                    break;
                case '\'' or '"' or '`':
                    if (!cursor.TryDelimited(out _))
                        return false;
                    break;
                case '/' when IsPatternHere(cursor):
                    SkipPattern(cursor);
                    break;
                case '<' when cursor.Peek(1) == '<':
                    if (!SkipHereDocument(cursor))
                        return false;
                    break;
                case '#' when cursor.At == 0 || cursor.Peek(-1) is ' ' or '\t' or '\n' or ';' or '{' or '}' or ',' or '(' or ')':
                case ' ' or '\t' or '\r' or '\n':
                    cursor.SkipSpace();
                    break;
                case '$' or '@' or '%':
                    // Also $# and $', which begin neither a comment nor a text.
                    cursor.At += cursor.Peek(1) is '{' ? 1 : 2;
                    break;
                case var c when Cursor.IsWordStart(c):
                    if (!SkipWord(cursor))
                        return false;
                    break;
                default:
                    cursor.At++;
                    break;
            }
        }
        return false;
    }

    private static bool IsAfterWord(Cursor cursor) => cursor.At > 0 && Cursor.IsWordPart(cursor.Peek(-1));

    /// <summary>A word, and what stands in quotes after it when it is a quoting word.</summary>
    private static bool SkipWord(Cursor cursor)
    {
        var word = cursor.TakeWord();
        var texts = word switch { "q" or "qq" or "qw" or "qr" or "m" => 1, "s" or "y" or "tr" => 2, _ => 0 };
        if (texts == 0 || cursor.Current is ' ' or '\t' or '\r' or '\n' or ',' or ';' or ')' or '=' or '-' or '\0' or '>' || Cursor.IsWordPart(cursor.Current))
            return true;
        var open = cursor.Current;
        if (!cursor.TryDelimited(out _))
            return false;
        if (texts == 1)
            return true;
        if (open is '(' or '[' or '{' or '<')
            cursor.SkipSpace();
        else
            cursor.At--;
        return cursor.TryDelimited(out _);
    }

    private static bool IsPatternHere(Cursor cursor)
    {
        var before = cursor.At - 1;
        while (before >= 0 && cursor.Text[before] is ' ' or '\t')
            before--;
        return before < 0 || cursor.Text[before] is '(' or ',' or '=' or '~' or '!' or '&' or '|' or '{' or ';' or '\n';
    }

    private static void SkipPattern(Cursor cursor)
    {
        for (cursor.At++; !cursor.AtEnd && cursor.Current != '\n'; cursor.At++)
        {
            if (cursor.Current == '\\')
                cursor.At++;
            else if (cursor.Take('/'))
                return;
        }
    }

    private static bool SkipHereDocument(Cursor cursor)
    {
        cursor.At += 2;
        var indented = cursor.Take('~');
        var tag = "";
        if (cursor.Current is '"' or '\'')
        {
            if (!cursor.TryDelimited(out tag))
                return false;
        }
        else
        {
            tag = cursor.TakeWord();
        }
        return tag.Length == 0 || cursor.HereDocument(tag, indented) is not null;
    }
}
