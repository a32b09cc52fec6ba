using System.Buffers;
using System.Text;

namespace Amavis.Mime.Structure;

/// <summary>The value and the parameters of a Content-Type, Content-Disposition or Content-Transfer-Encoding field.</summary>
public sealed class ContentField
{
    /// <summary>Parameters kept; more are dropped and <see cref="TooManyParameters"/> is set.</summary>
    public const int MaxParameters = 256;

    /// <summary>Longest comment skipped, in octets: an unclosed parenthesis must not make each of its fellows search the whole field.</summary>
    private const int MaxComment = 512;

    private ContentField(string value, IReadOnlyList<ContentParameter> parameters, bool isOdd, bool tooMany)
    {
        Value = value;
        Parameters = parameters;
        IsOdd = isOdd;
        TooManyParameters = tooMany;
    }

    /// <summary>What stands before the first semicolon, lower case, without comments, blanks and quotes.</summary>
    public string Value { get; }

    /// <summary>In the order of the field; repeated names stay.</summary>
    public IReadOnlyList<ContentParameter> Parameters { get; }

    /// <summary>The value held quotes or inner blanks, which not all readers accept.</summary>
    public bool IsOdd { get; }

    public bool TooManyParameters { get; }

    /// <summary>Every parameter of a name, plain form only.</summary>
    public IEnumerable<ContentParameter> All(string name) => Parameters.Where(p => p.Name == name);

    /// <summary>Reads a field body that is unfolded; blanks, comments, quotes and stray semicolons may stand anywhere.</summary>
    public static ContentField Parse(ReadOnlySpan<byte> body)
    {
        var value = ReadValue(ref body, out var isOdd);
        List<ContentParameter>? parameters = null;
        var tooMany = false;
        while (!body.IsEmpty)
        {
            if (ReadParameter(ref body) is not { } parameter)
                continue;
            tooMany = parameters is { Count: >= MaxParameters };
            if (tooMany)
                break;
            (parameters ??= []).Add(parameter);
        }
        return new ContentField(value, (IReadOnlyList<ContentParameter>?)parameters ?? [], isOdd, tooMany);
    }

    /// <summary>
    /// Up to the first semicolon outside comments, which is taken off, too. Where a blank ends the value and more words follow,
    /// these are read as parameters: some writers forget the semicolon.
    /// </summary>
    private static string ReadValue(ref ReadOnlySpan<byte> body, out bool isOdd)
    {
        var text = new StringBuilder(40);
        isOdd = false;
        SkipBlanks(ref body);
        while (!body.IsEmpty && body[0] != ';')
        {
            if (body[0] == '(')
            {
                body = body[SkipComment(body)..];
                continue;
            }
            if (body[0] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                SkipBlanks(ref body);
                var goesOn = body.IsEmpty || body[0] is (byte)'/' or (byte)';' or (byte)'(' || text.Length == 0 || text[^1] == '/';
                isOdd |= !body.IsEmpty && body[0] is not ((byte)';' or (byte)'(');
                if (!goesOn)
                    return text.ToString().ToLowerInvariant();
                continue;
            }
            if (IsStray(body[0]))
                isOdd = true;
            else
                text.Append((char)body[0]);
            body = body[1..];
        }
        body = body.IsEmpty ? body : body[1..];
        return text.ToString().ToLowerInvariant();
    }

    private static bool IsStray(byte octet) => octet is <= (byte)' ' or (byte)'"' or 0x7f;

    /// <summary>Takes one <c>name = value</c> and the semicolon after it off the front; null when there was no equals sign.</summary>
    private static ContentParameter? ReadParameter(ref ReadOnlySpan<byte> body)
    {
        SkipBlanks(ref body);
        var name = new StringBuilder(16);
        while (!body.IsEmpty && body[0] is not ((byte)'=' or (byte)';'))
        {
            if (body[0] == '(')
            {
                body = body[SkipComment(body)..];
                continue;
            }
            if (body[0] is > (byte)' ' and not (byte)'"')
                name.Append((char)body[0]);
            body = body[1..];
        }
        if (body.IsEmpty || body[0] == ';')
        {
            body = body.IsEmpty ? body : body[1..];
            return null;
        }
        body = body[1..];
        SkipBlanks(ref body);
        while (!body.IsEmpty && body[0] == '(' && SkipComment(body) < body.Length)
        {
            body = body[SkipComment(body)..];
            SkipBlanks(ref body);
        }
        var quoted = !body.IsEmpty && body[0] == '"';
        var value = quoted ? ReadQuoted(ref body, out var isOdd) : ReadToken(ref body, out isOdd);
        return new ContentParameter(name.ToString().ToLowerInvariant(), value, quoted, isOdd);
    }

    private static byte[] ReadQuoted(ref ReadOnlySpan<byte> body, out bool isOdd)
    {
        body = body[1..];
        byte[] value;
        var plain = body.IndexOfAny((byte)'"', (byte)'\\');
        if (plain >= 0 && body[plain] == '"')
        {
            value = body[..plain].ToArray();
            body = body[(plain + 1)..];
            isOdd = false;
        }
        else
        {
            var unescaped = new ArrayBufferWriter<byte>(Math.Max(1, Math.Min(body.Length, 256)));
            while (!body.IsEmpty && body[0] != '"')
            {
                if (body[0] == '\\' && body.Length > 1 && body[1] is (byte)'"' or (byte)'\\')
                    body = body[1..];
                unescaped.Write(body[..1]);
                body = body[1..];
            }
            isOdd = body.IsEmpty;
            body = body.IsEmpty ? body : body[1..];
            value = unescaped.WrittenSpan.ToArray();
        }
        isOdd |= SkipToSemicolon(ref body);
        return value;
    }

    /// <summary>
    /// Up to the semicolon, so that <c>name=two words.exe</c> is kept whole; a comment after a blank is no part of it.
    /// </summary>
    private static byte[] ReadToken(ref ReadOnlySpan<byte> body, out bool isOdd)
    {
        var end = body.IndexOf((byte)';');
        var token = (end < 0 ? body : body[..end]).Trim(" \t\r\n"u8);
        body = end < 0 ? default : body[(end + 1)..];
        var comment = token.IndexOf(" ("u8);
        if (comment < 0)
            comment = token.IndexOf("\t("u8);
        if (comment > 0 && token[^1] == ')')
            token = token[..comment].TrimEnd(" \t"u8);
        isOdd = token.ContainsAny(" \t\""u8);
        return token.ToArray();
    }

    /// <summary>Text between a closing quote and the next semicolon belongs to nothing; comments and blanks are allowed there.</summary>
    private static bool SkipToSemicolon(ref ReadOnlySpan<byte> body)
    {
        var other = false;
        while (!body.IsEmpty && body[0] != ';')
        {
            if (body[0] == '(')
            {
                body = body[SkipComment(body)..];
                continue;
            }
            other |= body[0] > ' ';
            body = body[1..];
        }
        body = body.IsEmpty ? body : body[1..];
        return other;
    }

    private static void SkipBlanks(ref ReadOnlySpan<byte> body) => body = body.TrimStart(" \t\r\n"u8);

    /// <summary>Length of the comment at the front, nested ones included (RFC 5322 §3.2.2); one not closed is only its first octet.</summary>
    private static int SkipComment(ReadOnlySpan<byte> body)
    {
        var depth = 0;
        for (var i = 0; i < Math.Min(body.Length, MaxComment); i++)
        {
            switch (body[i])
            {
                case (byte)'\\':
                    i++;
                    break;
                case (byte)'(':
                    depth++;
                    break;
                case (byte)')' when --depth == 0:
                    return i + 1;
                default:
                    break;
            }
        }
        return 1;
    }
}
