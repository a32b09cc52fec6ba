using Amavis.Configuration.Catalog;

namespace Amavis.Configuration.Importing.Evaluation;

/// <summary>The variables of the files, and what the original sets before it reads them.</summary>
internal sealed class PerlVariables
{
    private readonly Dictionary<string, PerlScalar> _scalars = [];
    private readonly Dictionary<string, PerlArray> _arrays = [];
    private readonly Dictionary<string, PerlHash> _hashes = [];
    private readonly HashSet<string> _declared = [];

    private static readonly Dictionary<string, Variable> Known = VariableCatalog.All.Where(v => v.Sigil is not null).ToDictionary(v => v.Sigil + v.Name);

    private readonly Dictionary<PerlArray, PerlValue[]> _defaults = [];

    public IEnumerable<PerlStorage> All => _scalars.Values.Concat<PerlStorage>(_arrays.Values).Concat(_hashes.Values);

    /// <summary>The variable of the catalog with this sigil and name, or null.</summary>
    public static Variable? KnownAs(char sigil, string name) => Known.GetValueOrDefault(sigil + Canonical(name));

    /// <summary>Older names of the same variable.</summary>
    public static string Canonical(string name) => VariableCatalog.Find(name) is { } found && found.Name != name ? found.Name : name;

    public void Declare(char sigil, string name) => _declared.Add(sigil + Canonical(name));

    /// <summary>Known to the configuration, or declared by the files.</summary>
    public bool IsDeclared(char sigil, string name) => KnownAs(sigil, name) is not null || _declared.Contains(sigil + Canonical(name));

    public PerlScalar Scalar(string name)
    {
        name = Canonical(name);
        if (!_scalars.TryGetValue(name, out var scalar))
            _scalars[name] = scalar = new PerlScalar { Name = "$" + name };
        return scalar;
    }

    public PerlArray Array(string name)
    {
        name = Canonical(name);
        if (!_arrays.TryGetValue(name, out var array))
            _arrays[name] = array = new PerlArray { Name = "@" + name };
        return array;
    }

    public PerlHash Hash(string name)
    {
        name = Canonical(name);
        if (!_hashes.TryGetValue(name, out var hash))
            _hashes[name] = hash = new PerlHash { Name = "%" + name };
        return hash;
    }

    /// <summary>The variable with its sigil; null: nothing was ever put into it.</summary>
    public PerlStorage? Find(char sigil, string name) => sigil switch
    {
        '$' => _scalars.GetValueOrDefault(Canonical(name)),
        '@' => _arrays.GetValueOrDefault(Canonical(name)),
        '%' => _hashes.GetValueOrDefault(Canonical(name)),
        _ => null,
    };

    /// <summary>Remembers what the lists hold now as what the original gives them.</summary>
    public void KeepDefaults()
    {
        foreach (var storage in All)
            storage.Writes.Clear();
        foreach (var array in _arrays.Values)
            _defaults[array] = [.. array.Items.Select(i => i.Value)];
    }

    /// <summary>Whether a list was given what it holds anyway.</summary>
    public bool IsDefault(PerlArray array) =>
        array.Fault is null && _defaults.GetValueOrDefault(array) is { Length: > 0 } values && values.SequenceEqual(array.Items.Select(i => i.Value)) && values.Any(v => v is PerlValue.ArrayLink or PerlValue.HashLink or PerlValue.ScalarLink);

    /// <summary>A note or reason for a name that is no variable.</summary>
    public static string UnknownWords(char sigil, string name)
    {
        var others = VariableCatalog.All.Where(v => v.Name == Canonical(name) && v.Sigil is not null).Select(v => v.Sigil + v.Name).ToArray();
        if (others.Length > 0)
            return $"there is no variable {sigil}{name}; did you mean {string.Join(" or ", others)}?";
        var near = NameSuggestion.Nearest(name, VariableCatalog.All.Where(v => v.Sigil == sigil).Select(v => v.Name));
        return $"there is no variable {sigil}{name}" + (near is null ? "" : $"; did you mean {sigil}{near}?");
    }
}
