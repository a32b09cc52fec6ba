using System.Buffers;
using System.Text;

namespace Amavis.Mime.Structure;

/// <summary>Walks over the unfolded body of a content field once, in linear time.</summary>
internal ref struct ContentScanner(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _body = body;

    /// <summary>A parenthesis was not closed: it and all later ones mean themselves.</summary>
    private bool _noComments;

    public readonly bool AtEnd => _body.IsEmpty;

    /// <summary>
    /// Up to the first semicolon outside comments, which is taken off, too. Where a blank ends the value and more words follow,
    /// these are read as parameters: some writers forget the semicolon.
    /// </summary>
    public string ReadValue(out bool isOdd)
    {
        var text = new StringBuilder(40);
        isOdd = false;
        SkipBlanks();
        while (!AtEnd && _body[0] != ';')
        {
            if (SkipComment())
                continue;
            if (IsBlank(_body[0]))
            {
                SkipBlanks();
                var goesOn = AtEnd || _body[0] is (byte)'/' or (byte)';' or (byte)'(' || text.Length == 0 || text[^1] == '/';
                isOdd |= !AtEnd && _body[0] is not ((byte)';' or (byte)'(');
                if (!goesOn)
                    return text.ToString().ToLowerInvariant();
                continue;
            }
            if (_body[0] is <= (byte)' ' or (byte)'"' or 0x7f)
                isOdd = true;
            else
                text.Append((char)_body[0]);
            _body = _body[1..];
        }
        SkipOne();
        return text.ToString().ToLowerInvariant();
    }

    /// <summary>Takes one <c>name = value</c> and the semicolon after it off the front; null when there was no equals sign.</summary>
    public ContentParameter? ReadParameter()
    {
        SkipBlanks();
        var name = new StringBuilder(16);
        while (!AtEnd && _body[0] is not ((byte)'=' or (byte)';'))
        {
            if (SkipComment())
                continue;
            if (_body[0] is > (byte)' ' and not (byte)'"')
                name.Append((char)_body[0]);
            _body = _body[1..];
        }
        if (AtEnd || _body[0] == ';')
        {
            SkipOne();
            return null;
        }
        SkipOne();
        do
            SkipBlanks();
        while (SkipComment());
        var quoted = !AtEnd && _body[0] == '"';
        var value = quoted ? ReadQuoted(out var isOdd) : ReadToken(out isOdd);
        return new ContentParameter(name.ToString().ToLowerInvariant(), value, quoted, isOdd);
    }

    private byte[] ReadQuoted(out bool isOdd)
    {
        _body = _body[1..];
        byte[] value;
        var plain = _body.IndexOfAny((byte)'"', (byte)'\\');
        if (plain >= 0 && _body[plain] == '"')
        {
            value = _body[..plain].ToArray();
            _body = _body[(plain + 1)..];
            isOdd = false;
        }
        else
        {
            var unescaped = new ArrayBufferWriter<byte>(256);
            while (!AtEnd && _body[0] != '"')
            {
                // Other backslashes stay: paths of Windows come unescaped.
                if (_body[0] == '\\' && _body.Length > 1 && _body[1] is (byte)'"' or (byte)'\\')
                    _body = _body[1..];
                unescaped.Write(_body[..1]);
                _body = _body[1..];
            }
            isOdd = AtEnd;
            SkipOne();
            value = unescaped.WrittenSpan.ToArray();
        }
        isOdd |= SkipToSemicolon();
        return value;
    }

    /// <summary>Up to the semicolon, so that <c>name=two words.exe</c> is kept whole; a comment after a blank is no part of it.</summary>
    private byte[] ReadToken(out bool isOdd)
    {
        var end = _body.IndexOf((byte)';');
        var token = (end < 0 ? _body : _body[..end]).Trim(" \t\r\n"u8);
        _body = end < 0 ? default : _body[(end + 1)..];
        var comment = token.IndexOf(" ("u8);
        if (comment < 0)
            comment = token.IndexOf("\t("u8);
        if (comment > 0 && token[^1] == ')')
            token = token[..comment].TrimEnd(" \t"u8);
        isOdd = token.ContainsAny((byte)' ', (byte)'\t', (byte)'"');
        return token.ToArray();
    }

    /// <summary>Text between a closing quote and the next semicolon belongs to nothing; comments and blanks are allowed there.</summary>
    private bool SkipToSemicolon()
    {
        var other = false;
        while (!AtEnd && _body[0] != ';')
        {
            if (SkipComment())
                continue;
            other |= _body[0] > ' ';
            _body = _body[1..];
        }
        SkipOne();
        return other;
    }

    private void SkipOne()
    {
        if (!AtEnd)
            _body = _body[1..];
    }

    private void SkipBlanks() => _body = _body.TrimStart(" \t\r\n"u8);

    private static bool IsBlank(byte octet) => octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    /// <summary>Takes a comment off the front, nested ones included (RFC 5322 §3.2.2).</summary>
    private bool SkipComment()
    {
        if (_noComments || AtEnd || _body[0] != '(')
            return false;
        var depth = 0;
        for (var i = 0; i < _body.Length; i++)
        {
            if (_body[i] == '\\')
            {
                i++;
            }
            else if (_body[i] == '(')
            {
                depth++;
            }
            else if (_body[i] == ')' && --depth == 0)
            {
                _body = _body[(i + 1)..];
                return true;
            }
        }
        _noComments = true;
        return false;
    }
}
