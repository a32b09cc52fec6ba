using Amavis.Configuration.Importing.Evaluation;
using Amavis.Configuration.Importing.Syntax;
using Amavis.Configuration.Yaml;

namespace Amavis.Configuration.Importing.Conversion;

/// <summary>A value of the configuration to be written, with its comments and with where it comes from.</summary>
internal abstract class YamlItem(SourcePosition position, ImportStatement statement)
{
    public SourcePosition Position => position;

    public ImportStatement Statement => statement;

    public CommentSet Comments { get; set; } = CommentSet.None;

    /// <summary>May be left out alone when it is faulty; otherwise what it stands in is left out.</summary>
    public bool IsRemovable { get; set; }

    /// <summary>The value as the loader would read it.</summary>
    public abstract Node ToNode();

    /// <summary>What stands directly in it.</summary>
    public virtual IEnumerable<YamlItem> Children => [];

    /// <summary>Takes a child away; false: it is none.</summary>
    public virtual bool Remove(YamlItem child) => false;
}

/// <param name="isPlain">Written without quotes: a number, <c>true</c>, <c>null</c>, a word.</param>
internal sealed class YamlScalar(SourcePosition position, ImportStatement statement, string text, bool isPlain) : YamlItem(position, statement)
{
    public string Text => text;

    public bool IsPlain => isPlain;

    public bool IsNull => isPlain && text == "null";

    public override Node ToNode() => new ScalarNode(Position, text, isPlain);
}

internal sealed class YamlList(SourcePosition position, ImportStatement statement) : YamlItem(position, statement)
{
    public List<YamlItem> Items { get; init; } = [];

    /// <summary>Comments before the closing bracket.</summary>
    public IReadOnlyList<Comment> Closing { get; set; } = [];

    public override IEnumerable<YamlItem> Children => Items;

    public override bool Remove(YamlItem child) => Items.Remove(child);

    public override Node ToNode() => new ListNode(Position, [.. Items.Select(i => i.ToNode())]);
}

internal sealed class YamlMap(SourcePosition position, ImportStatement statement) : YamlItem(position, statement)
{
    public List<KeyValuePair<string, YamlItem>> Entries { get; init; } = [];

    public IReadOnlyList<Comment> Closing { get; set; } = [];

    public override IEnumerable<YamlItem> Children => Entries.Select(e => e.Value);

    public override bool Remove(YamlItem child) => Entries.RemoveAll(e => e.Value == child) > 0;

    public void Add(string key, YamlItem value) => Entries.Add(new(key, value));

    public override Node ToNode() => new MapNode(Position, [.. Entries.Select(e => new MapEntry(new ScalarNode(e.Value.Position, e.Key, true), e.Value.ToNode()))]);
}
