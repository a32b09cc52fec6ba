using Amavis.Configuration.Importing.Conversion;
using Amavis.Configuration.Importing.Evaluation;
using Amavis.Configuration.Importing.Syntax;

namespace Amavis.Configuration.Importing.Writing;

/// <summary>
/// The configuration as a text: the statements of the files in their order, each with its comments, and at each the keys that it
/// gave their last value. Where several statements give parts of one key, their comments go to those parts.
/// </summary>
internal sealed class ImportedDocument(IReadOnlyList<ImportStatement> statements, ImportedSettings settings)
{
    private readonly HashSet<Comment> _written = [];
    private readonly HashSet<ImportStatement> _settled = [];
    private readonly Dictionary<ImportStatement, List<string>> _keys = [];

    public string Write(IReadOnlyList<string> files)
    {
        WriteKeys();
        var writer = new YamlWriter(_written);
        Head(writer, files);
        foreach (var statement in statements)
            Write(statement, writer);
        Defaults(writer);
        return writer.ToString();
    }

    private static void Head(YamlWriter writer, IReadOnlyList<string> files)
    {
        writer.CommentLine(ConfigurationImporter.FirstLine[1..] + " by \"amavis config import\":");
        foreach (var file in files)
            writer.CommentLine("   " + file);
    }

    /// <summary>Values first, so that it is known which comments stand in them.</summary>
    private void WriteKeys()
    {
        foreach (var key in settings.Keys.Where(k => k.Anchor is not null))
            _settled.Add(key.Anchor!);
        foreach (var key in settings.Keys)
        {
            if (key.Anchor is not { } anchor)
                continue;
            Settle(key.Value, anchor);
            var behind = key.IsPart ? key.Value.Children.FirstOrDefault(c => c.Statement == anchor) ?? key.Value : key.Value;
            if (anchor.Comments.Trailing.Count > 0 && behind.Comments.Trailing.Count == 0)
                behind.Comments = CommentSet.Join(behind.Comments, new CommentSet { Trailing = anchor.Comments.Trailing });
            var text = new YamlWriter(_written);
            text.Entry(key.Name, key.Value);
            if (!_keys.TryGetValue(anchor, out var texts))
                _keys[anchor] = texts = [];
            texts.Add(text.ToString());
        }
    }

    /// <summary>Parts that other statements gave take those statements' comments along.</summary>
    private void Settle(YamlItem item, ImportStatement around)
    {
        foreach (var child in item.Children)
        {
            if (child.Statement != around && child.Statement != ImportStatement.Default && _settled.Add(child.Statement))
                child.Comments = CommentSet.Join(new CommentSet { Leading = [.. child.Statement.Comments.Leading, .. child.Statement.Inner] }, CommentSet.Join(child.Comments, new CommentSet { Trailing = child.Statement.Comments.Trailing }));
            Settle(child, child.Statement);
        }
    }

    private void Write(ImportStatement statement, YamlWriter writer)
    {
        if (statement.BeginsFile)
        {
            writer.BlankLine();
            writer.CommentLine(" ---- " + statement.Position.File);
            writer.BlankLine();
        }
        Comments(statement.Comments.Leading.Concat(statement.Inner), writer);
        if (statement.AfterBlank)
            writer.BlankLine();
        foreach (var refusal in statement.Refusals)
            writer.CommentLine($" NOT TAKEN OVER ({Path.GetFileName(refusal.Position.File)}, line {refusal.Position.Line}): {refusal.Reason}");
        if (!statement.IsTakenOver)
            writer.CommentLine("   " + statement.Text);
        foreach (var (_, name) in settings.AsByDefault.Where(d => d.Statement == statement))
            writer.CommentLine($" {name}: as it is when it is left out");
        foreach (var key in _keys.GetValueOrDefault(statement) ?? [])
            writer.Append(key);
        Comments(statement.Comments.Trailing, writer);
        if (statement.Remaining.Count > 0)
            Comments(statement.Remaining, writer);
    }

    private void Comments(IEnumerable<Comment> comments, YamlWriter writer)
    {
        foreach (var comment in comments)
        {
            if (_written.Contains(comment))
                continue;
            if (comment.AfterBlank)
                writer.BlankLine();
            writer.CommentLine(comment);
        }
    }

    private void Defaults(YamlWriter writer)
    {
        var keys = settings.Keys.Where(k => k.Anchor is null).ToList();
        if (keys.Count == 0)
            return;
        writer.BlankLine();
        writer.CommentLine(" ---- Not set in the files: defaults of amavisd-new that differ from ours. Left out, ours would count.");
        writer.BlankLine();
        foreach (var key in keys)
            writer.Entry(key.Name, key.Value);
    }
}
