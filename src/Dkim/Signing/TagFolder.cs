using System.Text;

namespace Amavis.Dkim.Signing;

/// <summary>Puts the tags of a signature on lines, folded with LF.</summary>
internal sealed class TagFolder(int column)
{
    public const int Columns = 76;

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
