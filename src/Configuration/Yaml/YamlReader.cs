using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Amavis.Configuration.Yaml;

/// <summary>Reads one YAML document into nodes with their places. Trusted input: bounded in depth only.</summary>
internal sealed class YamlReader
{
    private const int MaxDepth = 64;

    private readonly string _file;
    private readonly MistakeList _mistakes;
    private readonly Parser _parser;
    private readonly Dictionary<string, Node> _anchors = [];

    private YamlReader(string file, TextReader text, MistakeList mistakes)
    {
        _file = file;
        _mistakes = mistakes;
        _parser = new Parser(text);
    }

    /// <summary>The map a file holds; null when it can't be read, with the mistake noted. An empty file is an empty map.</summary>
    public static MapNode? Read(string file, string text, MistakeList mistakes)
    {
        try
        {
            using var reader = new StringReader(text);
            var yaml = new YamlReader(file, reader, mistakes);
            try
            {
                return yaml.ReadDocument();
            }
            catch (InvalidOperationException)
            {
                // The library's own word for some texts it can't make sense of, as keys of hundreds of lines.
                mistakes.Add(yaml._parser.Current is { } last ? yaml.At(last) : new SourcePosition(file, 1, 1), "yaml", "what follows here can't be read");
                return null;
            }
        }
        catch (YamlException fault)
        {
            mistakes.Add(new SourcePosition(file, (int)fault.Start.Line, (int)fault.Start.Column), "yaml", Reason(fault));
            return null;
        }
    }

    private static string Reason(YamlException fault)
    {
        var reason = fault.InnerException?.Message ?? fault.Message;
        return reason.ReplaceLineEndings(" ").TrimEnd('.');
    }

    private MapNode? ReadDocument()
    {
        Advance();
        Advance();
        var start = new SourcePosition(_file, 1, 1);
        if (_parser.Current is StreamEnd)
            return new MapNode(start, []);
        Advance();
        var root = ReadNode("yaml", 0);
        Advance();
        if (_parser.MoveNext() && _parser.Current is DocumentStart second)
            _mistakes.Add(At(second), "yaml", "a second document; only one is read");
        if (root is ScalarNode { IsNull: true })
            return new MapNode(start, []);
        if (root is MapNode map)
            return map;
        _mistakes.Add(root.Position, "yaml", "the file is not a map of variable names to values");
        return null;
    }

    private void Advance() => _parser.MoveNext();

    private SourcePosition At(ParsingEvent @event) => new(_file, (int)@event.Start.Line, (int)@event.Start.Column);

    private Node ReadNode(string key, int depth)
    {
        var current = _parser.Current ?? throw new YamlException("the file ends too early");
        var position = At(current);
        if (depth > MaxDepth)
            throw new YamlException(current.Start, current.End, "nested too deeply");
        var node = current switch
        {
            Scalar scalar => ReadScalar(scalar, position),
            SequenceStart => ReadList(position, key, depth),
            MappingStart => ReadMap(position, key, depth),
            AnchorAlias alias when _anchors.TryGetValue(alias.Value.Value, out var known) => known,
            AnchorAlias alias => throw new YamlException(alias.Start, alias.End, $"*{alias.Value.Value} refers to no anchor above it"),
            _ => throw new YamlException(current.Start, current.End, "a value is missing"),
        };
        if (current is NodeEvent { Anchor.IsEmpty: false } named)
            _anchors[named.Anchor.Value] = node;
        return node;
    }

    private static ScalarNode ReadScalar(Scalar scalar, SourcePosition position) =>
        new(position, scalar.Value, scalar.Style == ScalarStyle.Plain && scalar.IsPlainImplicit);

    private ListNode ReadList(SourcePosition position, string key, int depth)
    {
        var items = new List<Node>();
        for (Advance(); _parser.Current is not SequenceEnd; Advance())
            items.Add(ReadNode(key, depth + 1));
        return new ListNode(position, items);
    }

    private MapNode ReadMap(SourcePosition position, string key, int depth)
    {
        var entries = new List<MapEntry>();
        var seen = new Dictionary<string, ScalarNode>();
        for (Advance(); _parser.Current is not MappingEnd; Advance())
        {
            var name = ReadNode(key, depth + 1);
            Advance();
            var text = name as ScalarNode;
            var path = text is null || depth == 0 ? text?.Text ?? key : key + "." + text.Text;
            var value = ReadNode(path, depth + 1);
            if (text is null)
                _mistakes.Add(name.Position, key, $"{name.KindName} can't be a key");
            else if (text is { Text: "<<", IsPlain: true })
                _mistakes.Add(name.Position, path, "merge keys are not supported");
            else if (!seen.TryAdd(text.Text, text))
                _mistakes.Add(name.Position, path, $"given twice; the first is at line {seen[text.Text].Position.Line}");
            else
                entries.Add(new MapEntry(text, value));
        }
        return new MapNode(position, entries);
    }
}
