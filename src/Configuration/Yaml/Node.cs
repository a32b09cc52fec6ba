using System.Globalization;

namespace Amavis.Configuration.Yaml;

/// <summary>A value of a configuration file with its place.</summary>
internal abstract record Node(SourcePosition Position)
{
    /// <summary>The kind in words, for mistakes.</summary>
    public abstract string KindName { get; }
}

/// <summary>A text, number, truth value or null.</summary>
/// <param name="IsPlain">Written without quotes, so that <c>true</c>, <c>null</c> and numbers have their meaning.</param>
internal sealed record ScalarNode(SourcePosition Position, string Text, bool IsPlain) : Node(Position)
{
    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    public bool? Truth => !IsPlain ? null : Text switch
    {
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ => null,
    };

    public double? Number =>
        Text.Length > 0 && (char.IsAsciiDigit(Text[^1]) || Text[^1] == '.') && double.TryParse(Text,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number) ? number : null;

    public override string KindName => IsNull ? "nothing" : Truth is not null ? "a truth value" : $"\"{Text}\"";
}

internal sealed record ListNode(SourcePosition Position, IReadOnlyList<Node> Items) : Node(Position)
{
    public override string KindName => "a list";
}

internal sealed record MapEntry(ScalarNode Key, Node Value);

internal sealed record MapNode(SourcePosition Position, IReadOnlyList<MapEntry> Entries) : Node(Position)
{
    public override string KindName => "a map";

    public Node? Find(string key) => Entries.FirstOrDefault(e => e.Key.Text == key)?.Value;
}
