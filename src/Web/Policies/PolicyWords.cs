using Amavis.Core.Explaining.Policies;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;
using Amavis.Data.Console.Policies;

namespace Amavis.Web.Policies;

/// <summary>Words of the policy pages that more than one of them says.</summary>
internal static class PolicyWords
{
    private static readonly Dictionary<string, PolicySubject> Subjects = PolicySubject.All.Where(s => s.Field is not null).ToDictionary(s => s.Field!.Sql);

    /// <summary>What a column is about.</summary>
    public static PolicySubject Subject(PolicyField field) => Subjects[field.Sql];

    public static string Name(long id, string? name) => string.IsNullOrWhiteSpace(name) ? $"Policy {id}" : name;

    public static string Count(int count, string one, string many) => count switch
    {
        1 => $"1 {one}",
        > PolicyQuery.MaxCount => $"more than {PolicyQuery.MaxCount} {many}",
        _ => $"{count} {many}",
    };

    /// <summary>What the configuration says to everybody for whom no row has a value.</summary>
    public static string Otherwise(PolicySubject subject, Settings settings)
    {
        if (subject.Maps is null)
            return subject.Absent;
        return subject.Maps(settings).Static.Tables switch
        {
            [] => subject.Absent,
            [ConstantTable { Value: var value }, ..] => subject.Kind switch
            {
                FieldKind.Truth or FieldKind.Locality => value.IsTrue ? "yes" : "no",
                _ => value.Text.Length == 0 ? "none" : value.Text.Replace("\n", ", ", StringComparison.Ordinal),
            },
            _ => "by address",
        };
    }

    public static (string Text, string Color) Listed(ListMeaning meaning) => meaning.Kind switch
    {
        ListKind.White => ("Never spam", "green"),
        ListKind.Black => ("Always spam", "red"),
        ListKind.Points => ($"{meaning.Points.ToString("+0.###;-0.###;0", System.Globalization.CultureInfo.InvariantCulture)} points", meaning.Points > 0 ? "orange" : "blue"),
        _ => ("Neither", ""),
    };

    /// <summary>What was done, told on the page one comes to; null: nothing known.</summary>
    public static string? Done(string? code) => code switch
    {
        "saved" => "Saved. The next message is treated by it.",
        "added" => "Added. The next message is treated by it.",
        "deleted" => "Deleted.",
        "listed" => "The sender is on the list.",
        "unlisted" => "The sender was taken off the list.",
        _ => null,
    };
}
