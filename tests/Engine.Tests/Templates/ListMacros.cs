using Amavis.Engine.Templates;

namespace Amavis.Engine.Tests.Templates;

/// <summary>Macros with values given by a test.</summary>
internal sealed class ListMacros : IMacroSource
{
    private readonly Dictionary<string, MacroValue> _values = [];

    public List<(string Name, string Arguments)> Asked { get; } = [];

    public ListMacros With(string name, string value)
    {
        _values[name] = value;
        return this;
    }

    public ListMacros WithList(string name, params string[] values)
    {
        _values[name] = new MacroValue(values);
        return this;
    }

    public MacroValue Get(string name, IReadOnlyList<string> arguments)
    {
        Asked.Add((name, string.Join(";", arguments)));
        return _values.GetValueOrDefault(name);
    }
}
