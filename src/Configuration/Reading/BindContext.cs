using Amavis.Configuration.Files;
using Amavis.Configuration.Yaml;
using Amavis.Core.Lookups;

namespace Amavis.Configuration.Reading;

/// <summary>A policy bank named somewhere; whether it exists is known when everything has been read.</summary>
internal sealed record BankReference(SourcePosition Position, string Key, string Bank);

/// <summary>What all readers of one load share.</summary>
internal sealed class BindSession(MistakeList mistakes, AddressRules rules, bool trimValues)
{
    public MistakeList Mistakes => mistakes;

    /// <summary>How addresses in tables are normalised.</summary>
    public AddressRules Rules => rules;

    /// <summary>Drop blanks at the end of values in hash files.</summary>
    public bool TrimValues => trimValues;

    /// <summary>What the configuration gives, by the variables' names.</summary>
    public IReadOnlyDictionary<string, Assignment> Given { get; init; } = new Dictionary<string, Assignment>();

    /// <summary>Older variables that tables name, by which they have an effect also beside their <c>*_maps</c> variable.</summary>
    public HashSet<string> LinkedVariables { get; } = [];

    public List<BankReference> BankReferences { get; } = [];

    /// <summary>Judges signing keys; null: their files are not read.</summary>
    public SigningKeyCheck? SigningKeyCheck { get; init; }

    /// <summary>Signing keys read so far, by path.</summary>
    public Dictionary<string, string> KeyFiles { get; } = [];

    /// <summary>What is no mistake, but may not be meant; whole lines.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>Values that are right but that this version does not act on, in reading order.</summary>
    public List<string> WithoutEffect { get; } = [];
}

/// <summary>Where in the configuration a reader is.</summary>
internal sealed record BindContext(string Key, BindSession Session)
{
    public BindContext For(string inner) => this with { Key = Key.Length == 0 ? inner : Key + "." + inner };

    public BindContext ForVariable(string name) => this with { Key = name };

    /// <summary>Notes a mistake; false, so that a reader can return it.</summary>
    public bool Fault(Node node, string what) => Fault(node.Position, what);

    public bool Fault(SourcePosition position, string what)
    {
        Session.Mistakes.Add(position, Key, what);
        return false;
    }

    public bool Expects(Node node, string what) => Fault(node, $"expects {what}, got {node.KindName}");
}

/// <summary>Reads a value; false after noting a mistake.</summary>
internal delegate bool ValueReader<T>(Node node, BindContext context, out T value);
