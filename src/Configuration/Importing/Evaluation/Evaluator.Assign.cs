using Amavis.Configuration.Importing.Syntax;

namespace Amavis.Configuration.Importing.Evaluation;

/// <summary>Writing variables.</summary>
internal sealed partial class Evaluator
{
    private PerlValue Assign(Expression.Assign assign)
    {
        var target = assign.Target;
        if (target is Expression.Declaration declaration)
        {
            Declare(declaration);
            target = declaration.Variables;
        }
        if (assign.Operator is "||" or "//" or "&&" && target is Expression.Variable { Sigil: '$' } or Expression.Element { })
        {
            var current = Scalar(target);
            if (current is PerlValue.Unknown)
                return Store(target, current, assign.At);
            var keeps = assign.Operator switch { "||" => current.Truth == true, "&&" => current.Truth != true, _ => !current.IsUndefined };
            return keeps ? Kept(target, current, assign.At) : Store(target, Scalar(assign.Value), assign.At);
        }
        if (assign.Operator.Length > 0)
            return Store(target, Combine(assign.Operator, Scalar(target), Scalar(assign.Value)), assign.At);
        return target switch
        {
            Expression.Variable { Sigil: '@' or '%' } or Expression.List or Expression.Slice or Expression.Dereference { Sigil: '@' or '%' } => StoreList(target, assign.Value),
            _ => Store(target, Scalar(assign.Value), assign.Value.At),
        };
    }

    /// <summary>The statement is about the variable, though it changes nothing.</summary>
    private PerlValue Kept(Expression target, PerlValue current, int at) => target is Expression.Variable ? Store(target, current, at) : current;

    private PerlValue Store(Expression target, PerlValue value, int at)
    {
        switch (target)
        {
            case Expression.Variable { Sigil: '$' } variable:
                StoreScalar(variable.Name, Item(value, at));
                return value;
            case Expression.Element { IsHash: true, Container: Expression.Variable { Name: "ENV" } } element:
                StoreEnvironment(Scalar(element.Key).Printed ?? "", value);
                return value;
            case Expression.Element element:
                StoreElement(element, Item(value, at));
                return value;
            case Expression.List { Items: [var only] }:
                return Store(only.Value, value, at);
            case Expression.Call { Name: "undef" }:
                return value;
        }
        _statement.Refuse("only variables and their elements can be assigned to");
        return value;
    }

    private void StoreScalar(string name, PerlItem item)
    {
        if (!MayWrite('$', name))
            variables.Declare('$', name);
        var scalar = ScalarNamed(name);
        if (item.Value is PerlValue.Unknown unknown && options.Values.TryGetValue(scalar.Name![1..], out var given))
        {
            _statement.Note($"{unknown.Reason}; the value given with --set is used");
            item = item with { Value = new PerlValue.Text(given) };
        }
        (scalar.Item, scalar.IsPlaceholder) = (item, false);
        scalar.Writes.Add(new Write(_statement, true));
    }

    /// <summary>A name that the original does not know stops it under <c>use strict</c>.</summary>
    private bool MayWrite(char sigil, string name)
    {
        if (_isDefault || variables.IsDeclared(sigil, name) || name.Length == 1)
            return true;
        var words = PerlVariables.UnknownWords(sigil, name);
        if (_isStrict)
            _statement.Refuse(words);
        else
            _statement.Note(words);
        return false;
    }

    private void StoreEnvironment(string name, PerlValue value)
    {
        _environment[name] = value;
        _statement.Note($"sets the environment variable {name} of the original's process and its programs only");
    }

    private PerlValue StoreList(Expression target, Expression value)
    {
        var items = List(value);
        switch (target)
        {
            case Expression.Variable { Sigil: '@' } variable:
                StoreArray(variables.Array(variable.Name), variable, items, value);
                break;
            case Expression.Variable variable:
                StoreHash(HashNamed(variable.Name), variable, items, value);
                break;
            case Expression.Dereference link:
                StoreFollowed(link, items);
                break;
            default:
                Distribute(target, items);
                break;
        }
        return items.Count == 0 ? PerlValue.Undef : items[^1].Value;
    }

    private void StoreArray(PerlArray array, Expression.Variable variable, List<PerlItem> items, Expression value)
    {
        if (!MayWrite('@', variable.Name))
            variables.Declare('@', variable.Name);
        var list = value as Expression.List;
        (array.Items, array.Opening, array.Closing, array.Fault) = (items, list?.Opening ?? [], list?.Closing ?? [], null);
        // One value that can't be told may have been a list of any length.
        if (items is [{ Value: PerlValue.Unknown unknown }])
            array.Fault = unknown.Reason;
        array.Writes.Add(new Write(_statement, true));
    }

    private void StoreHash(PerlHash hash, Expression.Variable variable, List<PerlItem> items, Expression value)
    {
        if (!MayWrite('%', variable.Name))
            variables.Declare('%', variable.Name);
        hash.Clear();
        if (value is Expression.List list)
            (hash.Opening, hash.Closing) = (list.Opening, list.Closing);
        hash.Fault = Fill(hash, items);
        hash.IsReplaced = !_isDefault;
        hash.Writes.Add(new Write(_statement, true));
    }

    /// <summary>What a reference leads to is filled; it is made where it does not exist.</summary>
    private void StoreFollowed(Expression.Dereference link, List<PerlItem> items)
    {
        switch (Holder(link, isHash: link.Sigil == '%'))
        {
            case PerlArray array:
                array.Items = items;
                break;
            case PerlHash hash:
                hash.Clear();
                hash.Fault = Fill(hash, items);
                break;
        }
    }

    /// <summary><c>($a, $b) = (1, 2)</c>; a list among the targets takes the rest.</summary>
    private void Distribute(Expression target, List<PerlItem> items)
    {
        var targets = target switch
        {
            Expression.List list => list.Items.Select(i => i.Value),
            Expression.Slice slice => List(slice.Keys).Select(k => (Expression)new Expression.Element(slice.At, slice.Container, new Expression.Text(slice.At, k.Value.Printed ?? ""), slice.IsHash)),
            _ => [target],
        };
        var next = 0;
        foreach (var one in targets)
        {
            if (one is Expression.Variable { Sigil: '@' } array)
            {
                StoreArray(variables.Array(array.Name), array, items.Skip(next).ToList(), one);
                next = items.Count;
            }
            else
            {
                Store(one, next < items.Count ? items[next].Value : PerlValue.Undef, one.At);
                next++;
            }
        }
    }

    private void StoreElement(Expression.Element element, PerlItem item)
    {
        var key = Scalar(element.Key);
        if (key.Printed is not { } text)
        {
            _statement.Refuse(key is PerlValue.Unknown unknown ? unknown.Reason : "a reference can't be a key");
            return;
        }
        if (Holder(element.Container, element.IsHash) is not { } holder)
            return;
        if (holder is PerlHash hash)
        {
            if (element.Key is Expression.Text { Value: var word } && word.StartsWith("CC_", StringComparison.Ordinal))
                _statement.Note($"\"{word}\" in braces is a text, not the category: the original takes no notice of it; meant is {{+{word}}}");
            hash.Set(new PerlEntry(text, item) { IsDefault = _isDefault });
        }
        else if (key.AsNumber is { } index && holder is PerlArray array && index >= -array.Items.Count && index < 10_000)
        {
            var at = (int)(index < 0 ? index + array.Items.Count : index);
            while (array.Items.Count <= at)
                array.Items.Add(Item(PerlValue.Undef, element.At));
            array.Items[at] = item;
        }
    }

    /// <summary>What an element is put into; made where it does not exist. Null after saying why not.</summary>
    private PerlStorage? Holder(Expression container, bool isHash)
    {
        var sigil = isHash ? '%' : '@';
        if (container is Expression.Variable variable)
        {
            if (!MayWrite(sigil, variable.Name))
                variables.Declare(sigil, variable.Name);
            PerlStorage storage = isHash ? HashNamed(variable.Name) : variables.Array(variable.Name);
            storage.Writes.Add(new Write(_statement, false));
            return storage;
        }
        var reference = container is Expression.Dereference link ? link.Reference : container;
        var value = Scalar(reference);
        switch (value)
        {
            case PerlValue.HashLink hash when isHash:
                Touch(reference, hash.To);
                return hash.To;
            case PerlValue.ArrayLink array when !isHash:
                Touch(reference, array.To);
                return array.To;
            case PerlValue.Undefined:
                PerlStorage made = isHash ? new PerlHash() : new PerlArray();
                Store(reference, made is PerlHash map ? new PerlValue.HashLink(map) : new PerlValue.ArrayLink((PerlArray)made), container.At);
                return made;
        }
        _statement.Refuse(value is PerlValue.Unknown unknown ? unknown.Reason : "this is no map or list that an element could be put into");
        return null;
    }

    /// <summary>Notes that a variable was changed through an element of it: <c>$policy_bank{'X'}{k} = v</c>.</summary>
    private void Touch(Expression reference, PerlStorage storage)
    {
        storage.Writes.Add(new Write(_statement, false));
        while (reference is Expression.Element element)
            reference = element.Container is Expression.Dereference inner ? inner.Reference : element.Container;
        if (reference is not Expression.Variable variable)
            return;
        var root = variables.Find(variable.Sigil, variable.Name);
        if (root is not null && root != storage)
            root.Writes.Add(new Write(_statement, false));
    }

    private PerlValue Declare(Expression.Declaration declaration)
    {
        var names = declaration.Variables switch
        {
            Expression.List list => list.Items.Select(i => i.Value),
            Expression.Words words => words.Values.Where(w => w.Length > 1).Select(w => (Expression)new Expression.Variable(declaration.At, w[0], w[1..])),
            _ => [declaration.Variables],
        };
        foreach (var variable in names.OfType<Expression.Variable>())
            variables.Declare(variable.Sigil, variable.Name);
        return PerlValue.Undef;
    }
}
