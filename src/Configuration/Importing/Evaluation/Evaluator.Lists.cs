using System.Text.RegularExpressions;
using Amavis.Configuration.Importing.Syntax;
using Amavis.Configuration.Patterns;

namespace Amavis.Configuration.Importing.Evaluation;

/// <summary>Calls about lists, maps and variables.</summary>
internal sealed partial class Evaluator
{
    /// <summary>Keys of the original: <c>dkim_key</c> calls, in order; each a list of its arguments.</summary>
    public List<PerlItem> DkimKeys { get; } = [];

    /// <summary>Calls that give lists; false: the call gives one value.</summary>
    private bool AddCall(Expression.Call call, List<PerlItem> items)
    {
        switch (call.Name)
        {
            case "map" or "grep":
                AddMapped(call, items);
                return true;
            case "sort" when call.Body is null:
                items.AddRange(List(call.Arguments).OrderBy(i => i.Value.Printed ?? "", StringComparer.Ordinal));
                return true;
            case "sort":
                items.Add(Item(Unknown("sorting by code is not evaluated"), call.At));
                return true;
            case "reverse":
                items.AddRange(Enumerable.Reverse(List(call.Arguments)));
                return true;
            case "split":
                AddSplit(call, items);
                return true;
            case "keys" or "values":
                foreach (var entry in HashOf(call)?.Entries.ToArray() ?? [])
                    items.Add(call.Name == "keys" ? Item(new PerlValue.Text(entry.Key), call.At) : entry.Item);
                return true;
            default:
                return false;
        }
    }

    private PerlHash? HashOf(Expression.Call call) => call.Arguments.Items is [{ Value: var of }] ? of switch
    {
        Expression.Variable { Sigil: '%' } variable => HashNamed(variable.Name),
        Expression.Dereference link => (Scalar(link.Reference) as PerlValue.HashLink)?.To,
        _ => null,
    } : null;

    /// <summary>The body is evaluated for each element, which is <c>$_</c>.</summary>
    private void AddMapped(Expression.Call call, List<PerlItem> items)
    {
        var topic = ScalarNamed("_");
        variables.Declare('$', "_");
        var before = topic.Item;
        foreach (var item in List(call.Arguments))
        {
            if (_values > ImportLimits.Values)
                break;
            topic.Item = item;
            if (call.Name == "map")
            {
                AddList(call.Body!, items, CommentSet.None);
                continue;
            }
            var kept = Scalar(call.Body!);
            if (kept is PerlValue.Unknown)
                items.Add(Item(kept, call.At));
            else if (kept.Truth == true)
                items.Add(item);
        }
        topic.Item = before;
    }

    private void AddSplit(Expression.Call call, List<PerlItem> items)
    {
        var arguments = call.Arguments.Items;
        var separator = arguments.Count > 0 && arguments[0].Value is Expression.Pattern pattern ? PatternOf(pattern) : Argument(call);
        var value = arguments.Count > 1 ? Scalar(arguments[1].Value) : VariableValue(new Expression.Variable(call.At, '$', "_"));
        if (value is PerlValue.Unknown || separator is PerlValue.Unknown || value.Printed is not { } text)
        {
            items.Add(Item(value is PerlValue.Unknown ? value : separator is PerlValue.Unknown ? separator : Unknown("a reference can't be split"), call.At));
            return;
        }
        var source = separator is PerlValue.Pattern found ? found.Embedded : separator.Printed ?? "";
        if (separator is PerlValue.Text { Value: " " })
            (source, text) = (@"\s+", text.TrimStart());
        if (!PerlPattern.TryCompile(source, out var compiled, out var fault))
        {
            items.Add(Item(Unknown(fault), call.At));
            return;
        }
        try
        {
            var parts = source.Length == 0 ? text.Select(c => c.ToString()).ToArray() : compiled!.Regex.Split(text);
            var count = parts.Length;
            while (count > 0 && parts[count - 1].Length == 0)
                count--;
            for (var i = 0; i < count; i++)
                items.Add(Item(new PerlValue.Text(parts[i]), call.At));
        }
        catch (RegexMatchTimeoutException)
        {
            items.Add(Item(Unknown("the pattern takes too long"), call.At));
        }
    }

    private PerlValue Reversed(Expression.Call call)
    {
        var items = List(call.Arguments);
        if (items.Any(i => i.Value.Printed is null))
            return Unknown("reverse() of references is not evaluated");
        var text = string.Concat(items.Select(i => i.Value.Printed));
        return new PerlValue.Text(new string([.. text.Reverse()]));
    }

    private PerlValue Undefine(Expression.Call call)
    {
        if (call.Arguments.Items is not [{ Value: var target }])
            return PerlValue.Undef;
        switch (target)
        {
            case Expression.Variable { Sigil: '@' or '%' }:
                StoreList(target, new Expression.List(call.At, [], [], []));
                break;
            case Expression.Variable or Expression.Element:
                Store(target, PerlValue.Undef, call.At);
                break;
        }
        return PerlValue.Undef;
    }

    private PerlValue Asked(string name, Expression.Call call)
    {
        if (name == "scalar")
            return Argument(call);
        if (call.Arguments.Items is [{ Value: Expression.Variable { Sigil: '@' or '%' } list }])
            return Bool(List(list).Count > 0);
        if (name == "exists" && call.Arguments.Items is [{ Value: Expression.Element { IsHash: true } element }] && element.Container is not Expression.Variable { Name: "ENV" })
        {
            var (storage, fault) = Existing(element.Container, '%');
            return fault ?? Bool((storage as PerlHash)?.Find(Scalar(element.Key).Printed ?? "") is not null);
        }
        var value = Argument(call);
        if (value is PerlValue.Unknown)
            return value;
        return name != "ref" ? Bool(!value.IsUndefined) : new PerlValue.Text(value switch
        {
            PerlValue.ArrayLink => "ARRAY",
            PerlValue.HashLink => "HASH",
            PerlValue.ScalarLink => "SCALAR",
            PerlValue.Pattern => "Regexp",
            PerlValue.Code or PerlValue.Routine or PerlValue.Lazy => "CODE",
            _ => "",
        });
    }

    private PerlValue Delete(Expression.Call call)
    {
        if (call.Arguments.Items is not [{ Value: Expression.Element { IsHash: true } element }])
        {
            if (call.Arguments.Items is [{ Value: Expression.Slice { IsHash: true } slice }])
            {
                foreach (var key in List(slice.Keys))
                    Remove(slice.Container, key.Value.Printed ?? "");
                return PerlValue.Undef;
            }
            _statement.Refuse("only elements of maps can be deleted");
            return PerlValue.Undef;
        }
        if (element.Container is Expression.Variable { Name: "ENV" })
            StoreEnvironment(Scalar(element.Key).Printed ?? "", PerlValue.Undef);
        else
            Remove(element.Container, Scalar(element.Key).Printed ?? "");
        return PerlValue.Undef;
    }

    private void Remove(Expression container, string key)
    {
        if (Holder(container, isHash: true) is PerlHash hash)
            hash.Remove(key, _statement);
    }

    private PerlValue Extend(Expression.Call call, bool atEnd)
    {
        if (call.Arguments.Items is not [{ Value: var target }, ..] || ArrayIn(target) is not { } array)
        {
            _statement.Refuse("only lists can be extended");
            return PerlValue.Undef;
        }
        var items = List(new Expression.List(call.At, [.. call.Arguments.Items.Skip(1)], [], []));
        array.Items = atEnd ? [.. array.Items, .. items] : [.. items, .. array.Items];
        return new PerlValue.Number(array.Items.Count);
    }

    private PerlArray? ArrayIn(Expression target)
    {
        if (target is Expression.Variable { Sigil: '@' } or Expression.Dereference { Sigil: '@' })
            return Holder(target is Expression.Dereference link ? link.Reference : target, isHash: false) as PerlArray;
        return null;
    }

    private PerlValue TakeOff(Expression.Call call, bool fromEnd)
    {
        if (call.Arguments.Items is not [{ Value: var target }] || ArrayIn(target) is not { } array)
            return Unknown("the arguments of code are not known");
        if (array.Items.Count == 0)
            return PerlValue.Undef;
        var taken = fromEnd ? array.Items[^1] : array.Items[0];
        array.Items = fromEnd ? array.Items[..^1] : array.Items[1..];
        return taken.Value;
    }

    /// <summary>Takes the line end off; around an assignment, off what was assigned.</summary>
    private PerlValue.Number Chomp(Expression.Call call)
    {
        foreach (var item in call.Arguments.Items)
        {
            if (item.Value is Expression.Assign assign)
                Scalar(assign);
            var target = item.Value is Expression.Assign { Target: var assigned } ? assigned : item.Value;
            target = target is Expression.Declaration { Variables: var declared } ? declared : target;
            if (target is Expression.Variable { Sigil: '$' } variable && ScalarNamed(variable.Name) is { Item: { Value: PerlValue.Text text } stored } scalar)
                scalar.Item = stored with { Value = new PerlValue.Text(text.Value.TrimEnd('\n')) };
        }
        return new PerlValue.Number(1);
    }

    /// <summary><c>read_hash(file)</c>, or <c>read_hash(\%map, file)</c>, which fills the map.</summary>
    private PerlValue FileTableOf(string name, Expression.Call call)
    {
        var kind = name switch { "read_hash" => "file", "read_array" => "array", _ => "cidr" };
        var arguments = List(call.Arguments);
        if (arguments is [{ Value: PerlValue.HashLink or PerlValue.ArrayLink } target, var named])
        {
            if (named.Value.Printed is not { } file || named.Value is PerlValue.Unknown)
                return named.Value;
            var table = Item(new PerlValue.FileTable(kind, Absolute(file)), call.At);
            if (target.Value is PerlValue.HashLink hash)
            {
                hash.To.Files.Add(table);
                hash.To.Writes.Add(new Write(_statement, hash.To.Count == 0));
            }
            else if (target.Value is PerlValue.ArrayLink array)
            {
                array.To.Items = [.. array.To.Items, table with { IsSpread = true }];
                array.To.Writes.Add(new Write(_statement, array.To.Items.Count == 1));
            }
            return table.Value;
        }
        var path = arguments.Count > 0 ? arguments[0].Value : PerlValue.Undef;
        return path.Printed is { Length: > 0 } text && path is not PerlValue.Unknown ? new PerlValue.FileTable(kind, Absolute(text)) : path is PerlValue.Unknown ? path : Unknown($"{name} needs the name of a file");
    }

    private string Absolute(string path) => Path.IsPathRooted(path) ? path : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(_source.File)) ?? "/", path));
}
