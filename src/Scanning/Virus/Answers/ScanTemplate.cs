using System.Text;

namespace Amavis.Scanning.Virus.Answers;

/// <summary>
/// Puts what is scanned into arguments and queries: <c>{}</c> is the directory, <c>{}/*</c> the path of a file in it, <c>*</c> the
/// name of one.
/// </summary>
internal static class ScanTemplate
{
    /// <summary>Octets of arguments in one call; file names beyond go into a further one.</summary>
    private const int MaxLineOctets = 4000;

    private const string Directory = "{}";
    private const string EachPath = "{}/*";
    private const string EachName = "*";

    /// <summary>Argument lists that together name every file: one, unless an argument stands for the files.</summary>
    public static IEnumerable<string[]> Calls(IReadOnlyList<string> template, string directory, IReadOnlyList<string> names)
    {
        var each = template.Any(a => a is EachPath or EachName);
        var own = template.Where(a => a is not (EachPath or EachName)).Sum(a => Encoding.UTF8.GetByteCount(Fill(a, directory)) + 1);
        for (var start = 0; start < names.Count || (start == 0 && !each);)
        {
            var count = each ? Fitting(template, directory, names, start, own) : names.Count;
            yield return [.. template.SelectMany(a => Arguments(a, directory, names, start, count))];
            start += Math.Max(count, 1);
        }
    }

    /// <summary>Queries that together name every file: one for each, when the template has a place for one.</summary>
    public static IEnumerable<string> Queries(string template, string directory, IReadOnlyList<string> names) =>
        template.Contains('*')
            ? names.Select(name => template.Replace(EachPath, $"{directory}/{name}", StringComparison.Ordinal)
                .Replace(EachName, name, StringComparison.Ordinal).Replace(Directory, directory, StringComparison.Ordinal))
            : [Fill(template, directory)];

    private static int Fitting(IReadOnlyList<string> template, string directory, IReadOnlyList<string> names, int start, int own)
    {
        var octets = own;
        var count = 0;
        while (start + count < names.Count)
        {
            var name = names[start + count];
            octets += template.Sum(a => a == EachPath ? directory.Length + name.Length + 2 : a == EachName ? name.Length + 1 : 0);
            if (octets > MaxLineOctets && count > 0)
                break;
            count++;
        }
        return count;
    }

    private static IEnumerable<string> Arguments(string template, string directory, IReadOnlyList<string> names, int start, int count) => template switch
    {
        EachPath => names.Skip(start).Take(count).Select(name => $"{directory}/{name}"),
        EachName => names.Skip(start).Take(count),
        _ => [Fill(template, directory)],
    };

    private static string Fill(string template, string directory) => template.Replace(Directory, directory, StringComparison.Ordinal);
}
