using System.Collections.Frozen;

namespace Amavis.Authentication.Dmarc;

/// <summary>
/// The domain an organization registered (RFC 7489 §3.2): one label more than the public suffix. The public suffix list of 9,000
/// entries is not built in: a machine has it or not. Without it the suffixes of two labels below countries are known by their usual
/// names, such as co.uk and com.au, and every other suffix is taken to have one label.
/// </summary>
public sealed class OrganizationalDomain
{
    /// <summary>Labels below a country's that are nobody's own.</summary>
    private static readonly FrozenSet<string> UsualLabels = new[] { "ac", "co", "com", "edu", "gob", "gouv", "gov", "mil", "net", "ne", "nom", "or", "org", "go", "gv", "plc", "ltd", "sch" }.ToFrozenSet();

    private readonly FrozenSet<string>? _rules;

    private OrganizationalDomain(FrozenSet<string>? rules) => _rules = rules;

    /// <summary>Without a list.</summary>
    public static OrganizationalDomain Usual { get; } = new(null);

    /// <summary>Lines of a public suffix list: a rule each, <c>*.ck</c> and <c>!www.ck</c> among them, comments after //.</summary>
    public static OrganizationalDomain FromList(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return new OrganizationalDomain(lines.Select(l => l.Trim().Split(' ', '\t')[0]).Where(l => l.Length > 0 && !l.StartsWith("//", StringComparison.Ordinal))
            .Select(l => Core.Addresses.DomainNames.Normalize(l)).ToFrozenSet(StringComparer.Ordinal));
    }

    /// <param name="domain">Lower case, A-labels, without a dot at the end.</param>
    /// <returns>The domain itself where it is a public suffix.</returns>
    public string Of(string domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        var labels = domain.Split('.');
        var kept = Math.Min(labels.Length, LabelsOfSuffix(labels) + 1);
        return string.Join('.', labels[^kept..]);
    }

    private int LabelsOfSuffix(string[] labels)
    {
        if (_rules is null)
            return labels.Length > 2 && labels[^1].Length == 2 && UsualLabels.Contains(labels[^2]) ? 2 : 1;
        for (var i = 0; i < labels.Length; i++)
        {
            var rest = string.Join('.', labels[i..]);
            if (_rules.Contains("!" + rest))
                return labels.Length - i - 1;
            if (_rules.Contains(rest) || (i + 1 < labels.Length && _rules.Contains("*." + string.Join('.', labels[(i + 1)..]))))
                return labels.Length - i;
        }
        return 1;
    }
}
