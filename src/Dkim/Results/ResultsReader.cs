using System.Text;

namespace Amavis.Dkim.Results;

/// <summary>Reads the parts of an Authentication-Results field; one pass, comments and white space anywhere between words.</summary>
internal sealed class ResultsReader(string text)
{
    /// <summary>Properties of one result.</summary>
    private const int MaxProperties = 100;

    private int _at;
    private bool _isBroken;

    /// <summary>Nothing but comments is left, or something that can't be read.</summary>
    public bool IsAtEnd
    {
        get
        {
            SkipSpace();
            return _at >= text.Length;
        }
    }

    /// <summary>A comment or quoted string has no end.</summary>
    public bool IsBroken => _isBroken;

    /// <summary>With the version that older fields have behind a slash; null: there is none.</summary>
    public string? ReadAuthservId()
    {
        var id = ReadValue("/");
        if (id is not [not '/', ..])
            return null;
        SkipSpace();
        // A version, which only ever was 1.
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            _at++;
        SkipSpace();
        return !_isBroken && (_at >= text.Length || text[_at] == ';') ? id : null;
    }

    public bool TakeSemicolon() => Take(';');

    /// <summary>There is no result here, or the word that says so.</summary>
    public bool TakeNone()
    {
        if (IsAtEnd || text[_at] == ';')
            return true;
        var start = _at;
        if (ReadWord() == "none" && (IsAtEnd || text[_at] == ';'))
            return true;
        _at = start;
        return false;
    }

    public AuthenticationResult? ReadResult()
    {
        var method = ReadWord();
        if (Take('/') && ReadWord() is null)
            return null;
        if (method is null || !Take('=') || ReadWord() is not { } result)
            return null;
        string? reason = null;
        var properties = new List<(string, string)>();
        while (!IsAtEnd && text[_at] != ';')
        {
            if (ReadWord() is not { } name || properties.Count == MaxProperties)
                return null;
            if (Take('.'))
                name = ReadWord() is { } property ? name + "." + property : "";
            if (name.Length == 0 || !Take('=') || ReadValue("@/:=[]?") is not { } value)
                return null;
            if (name == "reason")
                reason = value;
            else
                properties.Add((name, value));
        }
        return _isBroken ? null : new AuthenticationResult(method, result, reason, properties);
    }

    private bool Take(char c)
    {
        SkipSpace();
        if (_at >= text.Length || text[_at] != c)
            return false;
        _at++;
        return true;
    }

    /// <summary>A keyword in lower case.</summary>
    private string? ReadWord()
    {
        SkipSpace();
        var start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '-' or '_'))
            _at++;
        return _at == start ? null : text[start.._at].ToLowerInvariant();
    }

    /// <summary>A token, a quoted string, or several of them without a gap.</summary>
    /// <param name="others">Characters taken beside those of tokens.</param>
    private string? ReadValue(string others)
    {
        SkipSpace();
        var value = new StringBuilder();
        while (_at < text.Length)
        {
            var c = text[_at];
            if (c == '"')
            {
                if (!ReadQuoted(value))
                    return null;
            }
            else if (AuthenticationResultsField.IsTokenCharacter(c) || others.Contains(c))
            {
                value.Append(c);
                _at++;
            }
            else
            {
                break;
            }
        }
        return _isBroken ? null : value.ToString();
    }

    private bool ReadQuoted(StringBuilder value)
    {
        for (_at++; _at < text.Length; _at++)
        {
            if (text[_at] == '"')
            {
                _at++;
                return true;
            }
            if (text[_at] == '\\' && ++_at >= text.Length)
                break;
            value.Append(text[_at]);
        }
        _isBroken = true;
        return false;
    }

    private void SkipSpace()
    {
        var depth = 0;
        for (; _at < text.Length; _at++)
        {
            var c = text[_at];
            if (c == '(')
                depth++;
            else if (c == ')' && depth > 0)
                depth--;
            else if (c == '\\' && depth > 0)
                _at++;
            else if (depth == 0 && c is not (' ' or '\t' or '\r' or '\n'))
                break;
        }
        _at = Math.Min(_at, text.Length);
        _isBroken |= depth > 0;
    }
}
