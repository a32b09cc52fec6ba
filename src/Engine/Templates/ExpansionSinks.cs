using System.Text;
using Amavis.Core.Templates;

namespace Amavis.Engine.Templates;

/// <summary>Where evaluated pieces go.</summary>
internal abstract class ExpansionSink
{
    public abstract void Text(string text);

    /// <summary>A quoted node, not evaluated.</summary>
    public abstract void Piece(TemplateNode node);

    /// <summary>A bar that came out of a quotation.</summary>
    public abstract void Separator();
}

/// <summary>The result itself: quoted nodes are written as they stand in the template.</summary>
internal sealed class OutputSink(int maxCharacters) : ExpansionSink
{
    private readonly StringBuilder _text = new(256);

    public bool IsFull { get; private set; }

    public override void Text(string text)
    {
        if (_text.Length + text.Length > maxCharacters)
        {
            _text.Append(TextCuts.Head(text, maxCharacters - _text.Length));
            IsFull = true;
            return;
        }
        _text.Append(text);
    }

    public override void Piece(TemplateNode node) => Text(TemplateNode.SourceOf([node]));

    public override void Separator() => Text("|");

    public override string ToString() => _text.ToString();
}

/// <summary>An argument of a call: text, and quoted nodes between it.</summary>
internal readonly struct Argument
{
    private readonly string? _text;
    private readonly TemplateNode[]? _nodes;

    public Argument(string text) => _text = text;

    public Argument(TemplateNode[] nodes) => _nodes = nodes;

    public string Text => _text ?? TemplateNode.SourceOf(_nodes ?? []);

    public TemplateNode[] Nodes => _nodes ?? (string.IsNullOrEmpty(_text) ? [] : [new LiteralNode(_text)]);
}

/// <summary>Collects the arguments of a call; used again and again.</summary>
internal sealed class ArgumentSink : ExpansionSink
{
    private readonly StringBuilder _text = new();
    private List<TemplateNode>? _nodes;
    private bool _splits;

    public List<Argument> Done { get; private set; } = [];

    /// <param name="splits">A bar out of a quotation begins another argument.</param>
    public void Begin(bool splits)
    {
        _splits = splits;
        _text.Clear();
        _nodes = null;
        Done = [];
    }

    public override void Text(string text) => _text.Append(text);

    public override void Piece(TemplateNode node)
    {
        EndText();
        (_nodes ??= []).Add(node);
    }

    public override void Separator()
    {
        if (_splits)
            End();
        else
            Text("|");
    }

    /// <summary>The text of an argument that was not ended.</summary>
    public string TakeText()
    {
        if (_nodes is null)
            return _text.Length == 0 ? "" : _text.ToString();
        EndText();
        return TemplateNode.SourceOf(_nodes);
    }

    /// <summary>Ends the argument under construction.</summary>
    public void End()
    {
        if (_nodes is null)
        {
            Done.Add(new Argument(_text.ToString()));
            _text.Clear();
            return;
        }
        EndText();
        Done.Add(new Argument([.. _nodes]));
        _nodes = null;
    }

    private void EndText()
    {
        if (_text.Length == 0)
            return;
        (_nodes ??= []).Add(new LiteralNode(_text.ToString()));
        _text.Clear();
    }
}
