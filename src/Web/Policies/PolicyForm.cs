using System.Globalization;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;
using Amavis.Data.Console.Policies;

namespace Amavis.Web.Policies;

/// <summary>The form of a policy: reads what was typed, checks it, and shows it again.</summary>
public sealed class PolicyForm
{
    public const string NameField = "name";
    public const string StampField = "stamp";
    public const int MaxName = 32;

    /// <summary>Octets; the column is a signed number of 32 bits.</summary>
    private const double MaxSize = int.MaxValue;

    /// <summary>No score comes near it.</summary>
    private const double MaxLevel = 1_000_000;

    private readonly Dictionary<string, string> _typed = [];
    private readonly HashSet<string> _empty = [];

    /// <summary>What is wrong, by column.</summary>
    public Dictionary<string, string> Faults { get; } = [];

    public string Name { get; private init; } = "";

    public string? Stamp { get; private init; }

    /// <summary>What is to be stored, by column; null: inherited. Whole only while there are no faults.</summary>
    public Dictionary<string, string?> Values { get; } = [];

    public bool IsGood => Faults.Count == 0;

    public static string InputName(PolicyField field) => "f." + field.Sql;

    /// <summary>Of the box that says: this text is empty on purpose.</summary>
    public static string EmptyName(PolicyField field) => "e." + field.Sql;

    public static PolicyForm Of(PolicyView? stored, IReadOnlyList<PolicyColumn> columns)
    {
        var form = new PolicyForm { Name = stored?.Name ?? "", Stamp = stored?.Stamp };
        foreach (var (field, _) in columns)
        {
            if (stored?.Values.GetValueOrDefault(field.Sql) is not { } value)
                continue;
            form._typed[field.Sql] = field.Kind == FieldKind.Truth ? IsTrue(value) ? "Y" : "N" : value;
            if (value.Length == 0 && field.Kind == FieldKind.Text)
                form._empty.Add(field.Sql);
        }
        return form;
    }

    /// <param name="stored">The row as it is now; null: a new one.</param>
    public static PolicyForm Read(IFormCollection posted, PolicyView? stored, IReadOnlyList<PolicyColumn> columns)
    {
        var form = new PolicyForm { Name = posted[NameField].ToString().Trim(), Stamp = posted[StampField].ToString() is { Length: > 0 } stamp ? stamp : null };
        if (form.Name.Length > MaxName || form.Name.Any(char.IsControl))
            form.Faults[NameField] = $"At most {MaxName} characters, without line ends.";
        foreach (var (field, length) in columns)
        {
            var typed = posted[InputName(field)].ToString();
            form._typed[field.Sql] = typed;
            if (posted.ContainsKey(EmptyName(field)))
                form._empty.Add(field.Sql);
            form.Read(field, length, typed, stored?.Values.GetValueOrDefault(field.Sql));
        }
        return form;
    }

    public string Shown(PolicyField field) => _typed.GetValueOrDefault(field.Sql, "");

    public bool IsEmptyOnPurpose(PolicyField field) => _empty.Contains(field.Sql);

    public bool IsOverridden(PolicyField field) => Shown(field).Length > 0 || IsEmptyOnPurpose(field);

    private void Read(PolicyField field, int? length, string typed, string? before)
    {
        switch (field.Kind)
        {
            case FieldKind.Truth:
                // A value that other programs wrote otherwise (T, 1) stays when it says the same.
                Values[field.Sql] = typed is not ("Y" or "N") ? null : before is not null && IsTrue(before) == (typed == "Y") ? before : typed;
                break;
            case FieldKind.Number:
                ReadNumber(field, typed.Trim());
                break;
            default:
                ReadText(field, length, typed);
                break;
        }
    }

    private void ReadNumber(PolicyField field, string typed)
    {
        if (typed.Length == 0)
        {
            Values[field.Sql] = null;
            return;
        }
        var isSize = field.Sql == "message_size_limit";
        if (!double.TryParse(typed, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
            Faults[field.Sql] = $"\"{typed}\" is not a number; write 6.9.";
        else if (isSize && (number is < 0 or > MaxSize || number != Math.Floor(number)))
            Faults[field.Sql] = $"A whole number of octets, from 0 to {MaxSize:0}.";
        else if (Math.Abs(number) > MaxLevel && !isSize)
            Faults[field.Sql] = $"A number from -{MaxLevel:0} to {MaxLevel:0}.";
        else
            Values[field.Sql] = number.ToString("R", CultureInfo.InvariantCulture);
    }

    private void ReadText(PolicyField field, int? length, string typed)
    {
        var isEmpty = _empty.Contains(field.Sql);
        if (typed.Length == 0)
            Values[field.Sql] = isEmpty ? "" : null;
        else if (isEmpty)
            Faults[field.Sql] = "Either a text, or the box for none.";
        else if (typed.Any(char.IsControl))
            Faults[field.Sql] = "Has control characters.";
        else if (typed.Length > length)
            Faults[field.Sql] = $"Longer than the {length} characters the table takes.";
        else if (field.Sql == "forward_method" && !DeliveryMethod.TryParseLookup(typed, out _))
            Faults[field.Sql] = $"\"{typed}\" is not a way to deliver; write smtp:[192.0.2.1]:25.";
        else
            Values[field.Sql] = typed;
    }

    /// <summary>As the filter reads flags.</summary>
    private static bool IsTrue(string stored) =>
        stored.TrimEnd(' ') is not ("" or "N" or "n" or "F" or "f") && stored.AsSpan().TrimEnd(' ').ContainsAnyExcept('0') && stored.AsSpan().ContainsAnyExcept('\0');
}
