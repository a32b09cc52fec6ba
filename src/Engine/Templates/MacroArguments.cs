namespace Amavis.Engine.Templates;

/// <summary>The arguments of one call; those that are missing are empty.</summary>
internal readonly struct MacroArguments(IReadOnlyList<string> values)
{
    public int Count => values.Count;

    public string this[int index] => index < values.Count ? values[index] : "";

    public IReadOnlyList<string> From(int index) => index == 0 ? values : [.. values.Skip(index)];

    public string Joined(string separator) => values.Count == 1 ? values[0] : string.Join(separator, values);

    /// <summary>All from an index on: a text that holds the bar itself was parted by it.</summary>
    public string Rest(int index, string separator) => values.Count <= index + 1 ? this[index] : string.Join(separator, values.Skip(index));

    public int Integer(int index, int otherwise)
    {
        if (string.IsNullOrWhiteSpace(this[index]))
            return otherwise;
        return (int)Math.Clamp(Math.Truncate(Number(index)), -1e9, 1e9);
    }

    public double Number(int index) => PerlFormat.NumberOf(this[index]);

    public bool IsTrue(int index) => this[index] is not ("" or "0");
}
