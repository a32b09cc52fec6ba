namespace Amavis.Configuration.Importing.Syntax;

/// <summary>The text of a file to import, and where its lines begin.</summary>
internal sealed class PerlSource
{
    private readonly List<int> _lineStarts = [0];

    public PerlSource(string file, string text)
    {
        File = file;
        Text = text;
        for (var i = text.IndexOf('\n'); i >= 0; i = text.IndexOf('\n', i + 1))
            _lineStarts.Add(i + 1);
    }

    public string File { get; }

    public string Text { get; }

    public int LineOf(int offset)
    {
        var found = _lineStarts.BinarySearch(offset);
        return found >= 0 ? found + 1 : ~found;
    }

    public SourcePosition PositionOf(int offset)
    {
        var line = LineOf(offset);
        return new SourcePosition(File, line, offset - _lineStarts[line - 1] + 1);
    }

    /// <summary>A stretch of the text on one line, cut when it is long.</summary>
    public string Shown(int start, int end)
    {
        var text = Text.AsSpan(start, Math.Min(end - start, 4 * ImportLimits.ShownLength));
        var line = string.Join(' ', text.ToString().Split((char[])[' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
        line = string.Concat(line.Select(c => char.IsControl(c) ? '?' : c));
        return line.Length > ImportLimits.ShownLength || end - start > text.Length ? line[..Math.Min(line.Length, ImportLimits.ShownLength)] + " …" : line;
    }
}
