using Amavis.Configuration.Importing.Syntax;
using Amavis.Configuration.Showing;

namespace Amavis.Configuration.Importing.Evaluation;

/// <summary>Reading variables and what is in them.</summary>
internal sealed partial class Evaluator
{
    private PerlScalar ScalarNamed(string name) => variables.Scalar(name);

    private PerlHash HashNamed(string name) => variables.Hash(name);

    private PerlValue VariableValue(Expression.Variable variable)
    {
        switch (variable.Sigil)
        {
            case '&':
                return WordValue(variable.Name);
            case '@':
                var items = List(variable);
                return items is [{ Value: PerlValue.Unknown fault }] ? fault : new PerlValue.Number(items.Count);
            case '%':
                return new PerlValue.Number(HashNamed(variable.Name).Count);
        }
        var found = variables.Find('$', variable.Name) as PerlScalar;
        if (found?.Item is null && !variables.IsDeclared('$', variable.Name))
            return new PerlValue.Unknown(PerlVariables.UnknownWords('$', variable.Name));
        if (found is { IsPlaceholder: true })
            _statement.Note($"no file before this sets ${variable.Name}: \"{found.Value.Printed}\" stands for it; set it, or name it with --set {variable.Name}=…");
        return Told(found?.Value ?? PerlValue.Undef, "$" + variable.Name, found?.Item?.Position);
    }

    /// <summary>What depends on an unknown value says on what.</summary>
    private static PerlValue Told(PerlValue value, string name, SourcePosition? position) =>
        value is not PerlValue.Unknown unknown ? value
        : unknown.Reason.StartsWith("needs ", StringComparison.Ordinal) || position == ImportStatement.Default.Position ? unknown
        : new PerlValue.Unknown($"needs {name}, which could not be taken over (line {position?.Line})");

    private void AddArray(PerlArray array, Expression.Variable variable, List<PerlItem> items)
    {
        if (array.Fault is { } fault)
            items.Add(Item(Told(new PerlValue.Unknown(fault), "@" + variable.Name, array.Writes.LastOrDefault()?.Statement.Position), variable.At));
        else if (array.Items.Count == 0 && array.Writes.Count == 0 && !variables.IsDeclared('@', variable.Name))
            items.Add(Item(new PerlValue.Unknown(PerlVariables.UnknownWords('@', variable.Name)), variable.At));
        else
            AddCopies(array.Items, items);
    }

    private void AddCopies(List<PerlItem> from, List<PerlItem> items)
    {
        // Copied by number, since a list may be put into itself.
        var count = from.Count;
        for (var i = 0; i < count && _values <= ImportLimits.Values; i++)
        {
            _values++;
            items.Add(from[i] with { Comments = CommentSet.None });
        }
    }

    private void AddHash(PerlHash hash, int at, List<PerlItem> items)
    {
        items.AddRange(hash.Files.Select(f => f with { IsSpread = true }));
        foreach (var entry in hash.Entries.ToArray())
        {
            items.Add(Item(new PerlValue.Text(entry.Key), at));
            items.Add(entry.Item);
        }
    }

    private void AddFollowed(Expression.Dereference link, List<PerlItem> items)
    {
        var value = Scalar(link.Reference);
        switch (value)
        {
            case PerlValue.ArrayLink array when link.Sigil == '@':
                AddCopies(array.To.Items, items);
                break;
            case PerlValue.HashLink hash when link.Sigil == '%':
                AddHash(hash.To, link.At, items);
                break;
            case PerlValue.FileTable:
                items.Add(Item(value, link.At) with { IsSpread = true });
                break;
            case PerlValue.Undefined:
                break;
            case PerlValue.Lazy lazy when link.Sigil == '@':
                AddCopies(variables.Array(lazy.Name).Items, items);
                break;
            case PerlValue.Unknown:
                items.Add(Item(value, link.At));
                break;
            default:
                items.Add(Item(new PerlValue.Unknown(link.Sigil == '@' ? "this is no list" : "this is no map"), link.At));
                break;
        }
    }

    private PerlValue Follow(Expression.Dereference link) => Scalar(link.Reference) switch
    {
        PerlValue.ScalarLink to => to.To.Value,
        PerlValue.Unknown unknown => unknown,
        _ => new PerlValue.Unknown("this does not lead to a single value"),
    };

    private PerlValue ElementValue(Expression.Element element)
    {
        if (element is { IsHash: true, Container: Expression.Variable { Name: "ENV" } })
            return EnvironmentValue(Scalar(element.Key).Printed ?? "");
        var key = Scalar(element.Key);
        if (key.Printed is not { } text)
            return key is PerlValue.Unknown ? key : new PerlValue.Unknown("a reference can't be a key");
        if (!element.IsHash)
            return Indexed(element, key);
        var (storage, fault) = Existing(element.Container, '%');
        if (fault is not null)
            return fault;
        var hash = storage as PerlHash;
        return hash?.Fault is { } wrong ? new PerlValue.Unknown(wrong) : hash?.Find(text)?.Item.Value ?? PerlValue.Undef;
    }

    private PerlValue Indexed(Expression.Element element, PerlValue key)
    {
        var (storage, fault) = Existing(element.Container, '@');
        if (fault is not null)
            return fault;
        return storage is PerlArray array && key.AsNumber is { } index ? At(array.Items, index)?.Value ?? PerlValue.Undef : PerlValue.Undef;
    }

    private static PerlItem? At(List<PerlItem> items, double index)
    {
        var at = index < 0 ? items.Count + index : index;
        return at >= 0 && at < items.Count ? items[(int)at] : null;
    }

    /// <summary>What holds an element, without making it; null: there is none.</summary>
    private (PerlStorage? Storage, PerlValue.Unknown? Fault) Existing(Expression container, char sigil)
    {
        if (container is Expression.Variable variable)
        {
            var found = variables.Find(sigil, variable.Name);
            return found is null && !variables.IsDeclared(sigil, variable.Name)
                ? (null, new PerlValue.Unknown(PerlVariables.UnknownWords(sigil, variable.Name)))
                : (found, null);
        }
        var value = container is Expression.Dereference link ? Scalar(link.Reference) : Scalar(container);
        return value switch
        {
            PerlValue.HashLink hash => (hash.To, null),
            PerlValue.ArrayLink array => (array.To, null),
            PerlValue.Unknown unknown => (null, unknown),
            _ => (null, null),
        };
    }

    private void AddSlice(Expression.Slice slice, List<PerlItem> items)
    {
        var keys = List(slice.Keys);
        if (slice.Container is Expression.List list)
        {
            var all = List(list);
            foreach (var key in keys)
                items.Add(At(all, key.Value.AsNumber ?? 0) ?? Item(PerlValue.Undef, slice.At));
            return;
        }
        foreach (var key in keys)
        {
            var element = new Expression.Element(slice.At, slice.Container, new Expression.Text(slice.At, key.Value.Printed ?? ""), slice.IsHash);
            items.Add(Item(ElementValue(element), slice.At));
        }
    }

    private PerlValue EnvironmentValue(string name)
    {
        if (_environment.TryGetValue(name, out var own))
            return own;
        if (options.Variable(name) is { } value)
        {
            _statement.Note($"the environment variable {name} was \"{(Secrets.IsSecretKey(name) ? Secrets.Mask : value)}\" at the time of the import; write ${{{name}}} to have it read at each start");
            return new PerlValue.Text(value);
        }
        _statement.Note($"the environment variable {name} is not set, and so is undefined here");
        return PerlValue.Undef;
    }
}
