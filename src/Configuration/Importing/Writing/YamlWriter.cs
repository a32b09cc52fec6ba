using System.Text;
using Amavis.Configuration.Importing.Conversion;
using Amavis.Configuration.Importing.Syntax;

namespace Amavis.Configuration.Importing.Writing;

/// <summary>Writes values and comments as YAML: short ones on one line, others as blocks with their comments at their places.</summary>
/// <param name="written">Gets the comments that were written.</param>
internal sealed class YamlWriter(HashSet<Comment> written)
{
    /// <summary>Characters of a value that is written on one line.</summary>
    private const int LineLength = 100;

    private const int Step = 2;

    private readonly StringBuilder _text = new();

    public override string ToString() => _text.ToString();

    public void BlankLine()
    {
        if (_text.Length > 1 && !(_text[^1] == '\n' && _text[^2] == '\n'))
            _text.Append('\n');
    }

    public void CommentLine(string text, int indent = 0) => _text.Append(' ', indent).Append(YamlText.Comment(text)).Append('\n');

    public void CommentLine(Comment comment, int indent = 0)
    {
        if (written.Add(comment))
            CommentLine(comment.Text, indent);
    }

    /// <summary>What another writer has written.</summary>
    public void Append(string text) => _text.Append(text);

    /// <summary>A key with its value. The value's comments stand before it and behind it.</summary>
    public void Entry(string key, YamlItem value, int indent = 0)
    {
        Leading(value, indent);
        _text.Append(' ', indent).Append(YamlText.Quoted(key)).Append(':');
        if (OneLine(value) is { } line)
        {
            _text.Append(' ').Append(line);
            Trailing(value);
            return;
        }
        if (value is YamlScalar { Text: var text })
        {
            Block(YamlText.Literal(text), indent + Step);
            return;
        }
        Trailing(value);
        Nested(value, indent + Step);
    }

    private void Leading(YamlItem value, int indent)
    {
        foreach (var comment in value.Comments.Leading)
            CommentLine(comment, indent);
        // Only one comment fits behind a value.
        foreach (var comment in TrailingOf(value).Skip(IsBlockText(value) ? 0 : 1))
            CommentLine(comment, indent);
        // An empty list or map stands on one line, with no room inside.
        if (!value.Children.Any())
            Closing((value as YamlList)?.Closing ?? (value as YamlMap)?.Closing ?? [], indent);
    }

    private static List<Comment> TrailingOf(YamlItem value) => value.Comments.Trailing;

    private static bool IsBlockText(YamlItem value) => value is YamlScalar && OneLine(value) is null;

    private void Trailing(YamlItem value)
    {
        if (TrailingOf(value) is [var first, ..] && written.Add(first))
            _text.Append("  ").Append(YamlText.Comment(first.Text));
        _text.Append('\n');
    }

    private void Nested(YamlItem value, int indent)
    {
        switch (value)
        {
            case YamlList list:
                foreach (var item in list.Items)
                    Item(item, indent);
                Closing(list.Closing, indent);
                break;
            case YamlMap map:
                foreach (var (key, entry) in map.Entries)
                    Entry(key, entry, indent);
                Closing(map.Closing, indent);
                break;
        }
    }

    private void Closing(IReadOnlyList<Comment> comments, int indent)
    {
        foreach (var comment in comments)
            CommentLine(comment, indent);
    }

    private void Item(YamlItem item, int indent)
    {
        Leading(item, indent);
        _text.Append(' ', indent).Append('-');
        if (OneLine(item) is { } line)
        {
            _text.Append(' ').Append(line);
            Trailing(item);
            return;
        }
        if (item is YamlScalar { Text: var text })
        {
            Block(YamlText.Literal(text), indent + Step);
            return;
        }
        if (item is YamlMap { Entries: [{ Value.Comments.Leading.Count: 0, Value: var first }, ..] } map && TrailingOf(item).Count == 0 && TrailingOf(first).Count < 2)
        {
            // The first key stands on the line of the dash.
            var at = _text.Length;
            Nested(map, indent + Step);
            _text.Remove(at, indent + Step).Insert(at, ' ');
            return;
        }
        Trailing(item);
        Nested(item, indent + Step);
    }

    /// <summary>A text of several lines.</summary>
    private void Block(string text, int indent)
    {
        var end = text.Length - text.TrimEnd('\n').Length;
        _text.Append(" |").Append(Step).Append(end switch { 0 => "-", 1 => "", _ => "+" }).Append('\n');
        foreach (var line in (end == 0 ? text : text[..^1]).Split('\n'))
        {
            if (line.Length > 0)
                _text.Append(' ', indent).Append(line);
            _text.Append('\n');
        }
    }

    /// <summary>The value on one line; null: it is too long, or has comments inside.</summary>
    private static string? OneLine(YamlItem value)
    {
        switch (value)
        {
            case YamlScalar scalar:
                return scalar.IsPlain ? scalar.Text : YamlText.IsBlock(scalar.Text) ? null : YamlText.Quoted(YamlText.Literal(scalar.Text));
            case YamlList { Items.Count: 0 }:
                return "[]";
            case YamlMap { Entries.Count: 0 }:
                return "{}";
        }
        if (Size(value, LineLength) < 0)
            return null;
        var line = new StringBuilder();
        Flow(value, line);
        return line.Length > LineLength ? null : line.ToString();
    }

    /// <summary>What is left of the room after the value; negative: it does not fit on a line.</summary>
    private static int Size(YamlItem value, int room)
    {
        if (value is YamlScalar scalar)
            return scalar.IsPlain || !YamlText.IsBlock(scalar.Text) ? room - scalar.Text.Length : -1;
        var closing = value is YamlList list ? list.Closing : ((YamlMap)value).Closing;
        if (closing.Count > 0)
            return -1;
        foreach (var child in value.Children)
            if (!child.Comments.IsEmpty || (room = Size(child, room)) < 0)
                return -1;
        return room;
    }

    private static void Flow(YamlItem value, StringBuilder line)
    {
        var first = true;
        switch (value)
        {
            case YamlScalar scalar:
                line.Append(scalar.IsPlain ? scalar.Text : YamlText.Quoted(YamlText.Literal(scalar.Text)));
                break;
            case YamlList list:
                line.Append('[');
                foreach (var item in list.Items)
                {
                    line.Append(first ? "" : ", ");
                    Flow(item, line);
                    first = false;
                }
                line.Append(']');
                break;
            case YamlMap map:
                line.Append('{');
                foreach (var (key, entry) in map.Entries)
                {
                    line.Append(first ? "" : ", ").Append(YamlText.Quoted(key)).Append(": ");
                    Flow(entry, line);
                    first = false;
                }
                line.Append('}');
                break;
        }
    }
}
