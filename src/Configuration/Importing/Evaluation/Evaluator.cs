using System.Globalization;
using System.Text;
using Amavis.Configuration.Importing.Syntax;

namespace Amavis.Configuration.Importing.Evaluation;

/// <summary>
/// Gives expressions their values. Nothing leaves this process: commands are not run, code is not called. A value that can't be told
/// is <see cref="PerlValue.Unknown"/> and makes what is built from it unknown, too.
/// </summary>
internal sealed partial class Evaluator(PerlVariables variables, ImportOptions options)
{
    private readonly Dictionary<string, PerlValue> _environment = [];
    private PerlSource _source = new("default", "");
    private ImportStatement _statement = ImportStatement.Default;
    private bool _isDefault;
    private bool _isStrict;
    private int _values;

    private PerlValue.Unknown? _exhausted;

    /// <summary>Runs a statement of <see cref="OriginalDefaults"/>.</summary>
    public void RunDefault(PerlSource source, Statement.Run statement)
    {
        (_source, _isDefault) = (source, true);
        Scalar(statement.Expression);
    }

    private PerlItem Item(PerlValue value, int at, CommentSet? comments = null)
    {
        if (++_values > ImportLimits.Values)
            value = _exhausted ??= new PerlValue.Unknown($"the files make more than {ImportLimits.Values} values");
        return new PerlItem(value, PositionOf(at), _statement) { Comments = comments ?? CommentSet.None };
    }

    private SourcePosition PositionOf(int at) => _isDefault ? ImportStatement.Default.Position : _source.PositionOf(at);

    /// <summary>The value where one value is wanted.</summary>
    private PerlValue Scalar(Expression expression) => expression switch
    {
        Expression.Number number => new PerlValue.Number(number.Value, number.Literal),
        Expression.Text text => new PerlValue.Text(text.Value),
        Expression.Interpolated text => Joined(text),
        Expression.Pattern { IsMatch: true } => new PerlValue.Unknown("matching is not evaluated"),
        Expression.Pattern pattern => PatternOf(pattern),
        Expression.Variable variable => VariableValue(variable),
        Expression.Element element => ElementValue(element),
        Expression.Dereference { Sigil: '$' } link => Follow(link),
        Expression.Dereference or Expression.Slice or Expression.Words or Expression.List { Items.Count: > 0 } => Last(expression),
        Expression.List => PerlValue.Undef,
        Expression.AnonymousArray array => new PerlValue.ArrayLink(ArrayOf(array.Items)),
        Expression.AnonymousHash hash => HashOf(hash.Items),
        Expression.ReferenceTo reference => LinkTo(reference.Of),
        Expression.Chain chain => ChainValue(chain),
        Expression.Unary unary => UnaryValue(unary),
        Expression.Conditional conditional => Scalar(conditional.Condition).Truth switch
        {
            true => Scalar(conditional.Then),
            false => Scalar(conditional.Else),
            null => Scalar(conditional.Condition),
        },
        Expression.Assign assign => Assign(assign),
        Expression.Call call => CallValue(call),
        Expression.Word word => WordValue(word.Name),
        Expression.Code code => CodeShapes.Of(code.Source),
        Expression.Command command => CommandValue(command.Line),
        Expression.FileTest test => FileTestValue(test),
        Expression.Declaration declaration => Declare(declaration),
        Expression.Unsupported unsupported => new PerlValue.Unknown(unsupported.Reason),
        Expression.Range => new PerlValue.Unknown("a range is no single value"),
        _ => new PerlValue.Unknown("is not evaluated"),
    };

    /// <summary>The values where a list is wanted.</summary>
    private List<PerlItem> List(Expression expression)
    {
        var items = new List<PerlItem>();
        AddList(expression, items, CommentSet.None);
        return items;
    }

    private void AddList(Expression expression, List<PerlItem> items, CommentSet comments)
    {
        if (_values > ImportLimits.Values)
        {
            items.Add(Item(PerlValue.Undef, expression.At));
            return;
        }
        var first = items.Count;
        switch (expression)
        {
            case Expression.List list:
                foreach (var item in list.Items)
                    AddList(item.Value, items, item.Comments);
                break;
            case Expression.Words words:
                foreach (var word in words.Values)
                    items.Add(Item(new PerlValue.Text(word), words.At));
                break;
            case Expression.Range range:
                AddRange(range, items);
                break;
            case Expression.Variable { Sigil: '@' } variable:
                AddArray(variables.Array(variable.Name), variable, items);
                break;
            case Expression.Variable { Sigil: '%' } variable:
                AddHash(HashNamed(variable.Name), variable.At, items);
                break;
            case Expression.Dereference { Sigil: '@' or '%' } link:
                AddFollowed(link, items);
                break;
            case Expression.Slice slice:
                AddSlice(slice, items);
                break;
            case Expression.Conditional conditional when Scalar(conditional.Condition).Truth is { } truth:
                AddList(truth ? conditional.Then : conditional.Else, items, CommentSet.None);
                break;
            case Expression.Assign { Target: not (Expression.Variable { Sigil: '$' } or Expression.Element or Expression.Dereference { Sigil: '$' }) } assign:
                Assign(assign);
                AddList(assign.Target is Expression.Declaration declared ? declared.Variables : assign.Target, items, CommentSet.None);
                break;
            case Expression.Call call when AddCall(call, items):
                break;
            default:
                items.Add(Item(Scalar(expression), expression.At));
                break;
        }
        Attach(comments, items, first);
    }

    /// <summary>Comments of an element go to what it gives: before the first value and behind the last.</summary>
    private static void Attach(CommentSet comments, List<PerlItem> items, int first)
    {
        if (comments.IsEmpty || items.Count == first)
            return;
        if (items.Count == first + 1)
        {
            items[first] = items[first] with { Comments = CommentSet.Join(comments, items[first].Comments) };
            return;
        }
        if (comments.Leading.Count > 0)
            items[first] = items[first] with { Comments = new CommentSet { Leading = comments.Leading, Trailing = items[first].Comments.Trailing } };
        if (comments.Trailing.Count > 0)
            items[^1] = items[^1] with { Comments = new CommentSet { Leading = items[^1].Comments.Leading, Trailing = comments.Trailing } };
    }

    /// <summary>The last of a list, which is what Perl takes where one value is wanted.</summary>
    private PerlValue Last(Expression expression)
    {
        if (expression is Expression.List { Items: [.., var last] } list)
        {
            foreach (var item in list.Items.Take(list.Items.Count - 1))
                Scalar(item.Value);
            return Scalar(last.Value);
        }
        var items = List(expression);
        return expression is Expression.Dereference
            ? items is [{ Value: PerlValue.Unknown unknown }] ? unknown : new PerlValue.Number(items.Count)
            : items.Count == 0 ? PerlValue.Undef : items[^1].Value;
    }

    private void AddRange(Expression.Range range, List<PerlItem> items)
    {
        if (Scalar(range.First).AsNumber is not { } first || Scalar(range.Last).AsNumber is not { } last || last - first > 100_000 || !double.IsInteger(first))
        {
            items.Add(Item(new PerlValue.Unknown("the range is too large, or has no numbers"), range.At));
            return;
        }
        for (var i = first; i <= last; i++)
            items.Add(Item(new PerlValue.Number(i, i.ToString(CultureInfo.InvariantCulture)), range.At));
    }

    private PerlArray ArrayOf(Expression.List list) => new() { Items = List(list), Opening = list.Opening, Closing = list.Closing };

    private PerlValue HashOf(Expression.List list)
    {
        var hash = new PerlHash { Opening = list.Opening, Closing = list.Closing };
        return Fill(hash, List(list)) is { } fault ? new PerlValue.Unknown(fault) : new PerlValue.HashLink(hash);
    }

    /// <summary>Puts keys and values in; the fault, or null.</summary>
    private string? Fill(PerlHash hash, List<PerlItem> items)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is { IsSpread: true, Value: PerlValue.FileTable })
            {
                hash.Files.Add(items[i]);
                continue;
            }
            if (items[i].Value is PerlValue.Unknown unknown)
                return unknown.Reason;
            if (items[i].Value.Printed is not { } key)
                return "a reference can't be a key; round brackets go around the pairs of a map";
            var value = i + 1 < items.Count ? items[i + 1] : items[i] with { Value = PerlValue.Undef, Comments = CommentSet.None };
            if (i + 1 == items.Count)
                _statement.Note($"the key \"{key}\" has no value");
            hash.Set(new PerlEntry(key, value with { Position = items[i].Position, Comments = CommentSet.Join(items[i].Comments, value.Comments) }) { IsDefault = _isDefault });
            i++;
        }
        return null;
    }

    private PerlValue Joined(Expression.Interpolated text)
    {
        var joined = new StringBuilder();
        foreach (var part in text.Parts)
        {
            var isList = part is Expression.Variable { Sigil: '@' };
            if (isList && !variables.IsDeclared('@', ((Expression.Variable)part).Name))
                return new PerlValue.Unknown($"in double quotes @{((Expression.Variable)part).Name} is a list, which does not exist; an address needs \\@");
            var inner = 0;
            foreach (var value in isList ? List(part).Select(i => i.Value) : [Scalar(part)])
            {
                if (value is PerlValue.Unknown unknown)
                    return unknown;
                if (value.Printed is not { } printed)
                    return new PerlValue.Unknown("a reference can't be put into a text");
                joined.Append(inner++ > 0 ? " " : "").Append(printed);
                if (joined.Length > ImportLimits.TextLength)
                    return TooLong;
            }
        }
        return new PerlValue.Text(joined.ToString());
    }

    private static readonly PerlValue TooLong = new PerlValue.Unknown($"a text of more than {ImportLimits.TextLength} characters");

    private PerlValue PatternOf(Expression.Pattern pattern)
    {
        var body = Scalar(pattern.Body);
        return body.Printed is { } source ? new PerlValue.Pattern(source, pattern.Flags) : body;
    }

    private PerlValue LinkTo(Expression of) => of switch
    {
        Expression.Variable { Sigil: '$' } variable => new PerlValue.ScalarLink(ScalarNamed(variable.Name)),
        Expression.Variable { Sigil: '@' } variable => new PerlValue.ArrayLink(variables.Array(variable.Name)),
        Expression.Variable { Sigil: '%' } variable => new PerlValue.HashLink(HashNamed(variable.Name)),
        Expression.Variable { Sigil: '&' } variable => new PerlValue.Routine(variable.Name[(variable.Name.LastIndexOf(':') + 1)..]),
        Expression.Dereference link => Scalar(link.Reference),
        Expression.List { Items: [var only] } => LinkTo(only.Value),
        _ => new PerlValue.ScalarLink(new PerlScalar { Item = Item(Scalar(of), of.At) }),
    };
}
