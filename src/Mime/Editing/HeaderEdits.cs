using Amavis.Mime.Headers;

namespace Amavis.Mime.Editing;

/// <summary>A field to be written.</summary>
public sealed record NewField(string Name, string Body, Folding Folding);

/// <summary>What becomes of an existing field.</summary>
public readonly record struct FieldEdit
{
    private FieldEdit(bool isDelete, string? body, Folding folding)
    {
        IsDelete = isDelete;
        Body = body;
        Folding = folding;
    }

    /// <summary>It stays as it is, octet by octet.</summary>
    public static FieldEdit Keep { get; }

    public static FieldEdit Delete { get; } = new(true, null, default);

    public bool IsDelete { get; }

    /// <summary>The new body; null when the field is kept or deleted.</summary>
    public string? Body { get; }

    public Folding Folding { get; }

    public static FieldEdit Replace(string body, Folding folding = Folding.AtBlanks)
    {
        ArgumentNullException.ThrowIfNull(body);
        return new FieldEdit(false, body, folding);
    }
}

/// <summary>
/// Changes to a header section, collected first and applied while the message goes out (<see cref="EditedMessage"/>) or sent
/// as requests of a protocol (<see cref="HeaderChanges"/>). Not shared between threads while it is being filled.
/// </summary>
public sealed class HeaderEdits
{
    private readonly List<NewField> _prepended = [];
    private readonly List<NewField> _added = [];
    private readonly List<NewField> _appended = [];
    private readonly List<(string Name, Func<HeaderField, FieldEdit> Edit)> _edits = [];

    /// <summary>Fields at the very top, from the top down.</summary>
    public IReadOnlyList<NewField> Prepended => _prepended;

    /// <summary>Fields below those and above the original header section, from the top down.</summary>
    public IReadOnlyList<NewField> Added => _added;

    /// <summary>Fields below the original header section.</summary>
    public IReadOnlyList<NewField> Appended => _appended;

    public bool IsEmpty => _prepended.Count + _added.Count + _appended.Count + _edits.Count == 0;

    /// <summary>True when original fields may be changed or removed.</summary>
    public bool HasEdits => _edits.Count > 0;

    /// <summary>Puts a field at the bottom of the top list.</summary>
    /// <exception cref="ArgumentException">The name cannot be one (<see cref="FieldWriter.IsName"/>).</exception>
    public void Prepend(string name, string body, Folding folding = Folding.AtBlanks) => _prepended.Add(Field(name, body, folding));

    /// <summary>Puts a field right above the original header section.</summary>
    /// <inheritdoc cref="Prepend"/>
    public void Add(string name, string body, Folding folding = Folding.AtBlanks) => _added.Add(Field(name, body, folding));

    /// <summary>Puts a field at the end.</summary>
    /// <inheritdoc cref="Prepend"/>
    public void Append(string name, string body, Folding folding = Folding.AtBlanks) => _appended.Add(Field(name, body, folding));

    /// <summary>Removes every original field of a name.</summary>
    public void Delete(string name) => Edit(name, _ => FieldEdit.Delete);

    /// <summary>Removes the original fields of a name that the condition holds for.</summary>
    public void Delete(string name, Func<HeaderField, bool> condition) =>
        Edit(name, field => condition(field) ? FieldEdit.Delete : FieldEdit.Keep);

    /// <summary>Changes every original field of a name; several edits of one name see each other's results, in this order.</summary>
    public void Edit(string name, Func<HeaderField, FieldEdit> edit)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(edit);
        _edits.Add((name, edit));
    }

    /// <summary>What the edits make of an original field; a body in it is the last one.</summary>
    public FieldEdit Apply(HeaderField field, HeaderRendering rendering)
    {
        var result = FieldEdit.Keep;
        if (!field.IsField)
            return result;
        foreach (var (name, edit) in _edits)
        {
            if (!field.HasName(name))
                continue;
            var next = edit(field);
            if (next.IsDelete)
                return next;
            if (next.Body is null)
                continue;
            result = next;
            var octets = FieldWriter.Write(name, next.Body, next.Folding, rendering);
            field = HeaderSection.Parse(octets).Fields[0];
        }
        return result;
    }

    private static NewField Field(string name, string body, Folding folding)
    {
        ArgumentNullException.ThrowIfNull(body);
        return FieldWriter.IsName(name) ? new NewField(name, body, folding) : throw new ArgumentException("not a header field name", nameof(name));
    }
}
