namespace Amavis.Mime.Structure;

/// <summary>The value and the parameters of a Content-Type, Content-Disposition or Content-Transfer-Encoding field.</summary>
public sealed class ContentField
{
    /// <summary>Parameters kept; more are dropped and <see cref="TooManyParameters"/> is set.</summary>
    public const int MaxParameters = 256;

    private ContentField(string value, IReadOnlyList<ContentParameter> parameters, IReadOnlyList<string> looseNames, bool isOdd, bool tooMany)
    {
        Value = value;
        Parameters = parameters;
        LooseNames = looseNames;
        IsOdd = isOdd;
        TooManyParameters = tooMany;
    }

    /// <summary>What stands before the first semicolon, lower case, without comments, blanks and quotes.</summary>
    public string Value { get; }

    /// <summary>In the order of the field; repeated names stay.</summary>
    public IReadOnlyList<ContentParameter> Parameters { get; }

    /// <summary>File names that only readers without a grammar find; mostly empty.</summary>
    public IReadOnlyList<string> LooseNames { get; }

    /// <summary>The value held quotes, control characters or inner blanks, which not all readers accept.</summary>
    public bool IsOdd { get; }

    public bool TooManyParameters { get; }

    /// <summary>Every parameter of a name, plain form only.</summary>
    public IEnumerable<ContentParameter> All(string name) => Parameters.Where(p => p.Name == name);

    /// <summary>Reads a field body that is unfolded; blanks, comments, quotes and stray semicolons may stand anywhere.</summary>
    public static ContentField Parse(ReadOnlySpan<byte> body)
    {
        var scanner = new ContentScanner(body);
        var value = scanner.ReadValue(out var isOdd);
        List<ContentParameter>? parameters = null;
        var tooMany = false;
        while (!scanner.AtEnd)
        {
            if (scanner.ReadParameter() is not { } parameter)
                continue;
            tooMany = parameters is { Count: >= MaxParameters };
            if (tooMany)
                break;
            (parameters ??= []).Add(parameter);
        }
        var named = parameters?.Count(p => p.Name is "name" or "filename") ?? 0;
        return new ContentField(value, (IReadOnlyList<ContentParameter>?)parameters ?? [], Structure.LooseNames.Find(body, named), isOdd, tooMany);
    }
}
