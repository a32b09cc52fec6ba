using System.Globalization;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;

namespace Amavis.Core.Explaining.Policies;

/// <summary>Finds the value of one setting and where it stands. Pure.</summary>
/// <param name="recipient">Looked up in the databases.</param>
/// <param name="sender">Looked up in the databases; null: none is named.</param>
internal sealed class FieldExplainer(PolicyState policy, AddressKeys recipient, AddressKeys? sender)
{
    private const string Default = "default";

    public ExplainedField Explain(PolicySubject subject)
    {
        if (subject.Maps is not { } maps)
            return DatabaseOnly(subject);
        if ((subject.BySender ? sender : recipient) is not { } keys)
            return new ExplainedField(subject, null, "no sender is named");
        var tables = maps(policy.Settings);
        return subject.Collects ? Collected(subject, tables, keys) : First(subject, tables, keys);
    }

    /// <summary>The first result of some tables; null: none.</summary>
    public (LookupValue Value, string Source)? Find(LookupMaps maps, string variable, string? fedBy = null) =>
        maps.FindWithSource(recipient) is { } found ? (found.Value, Source(found, variable, fedBy, maps)) : null;

    /// <summary>Where a plain variable has its value from.</summary>
    public string SourceOf(string variable) => policy.PlaceOf(variable) is { } place ? $"{variable} of {place}" : Default;

    private ExplainedField First(PolicySubject subject, LookupMaps maps, AddressKeys keys)
    {
        if (maps.FindWithSource(keys) is not { } found)
            return new ExplainedField(subject, null, NoTable(subject));
        var source = Source(found, subject.Variable, subject.FedBy, maps);
        if (subject.Kind == FieldKind.Number && found.Value.Number is null)
            return new ExplainedField(subject, null, found.Value.Text.Length == 0 ? source + ", without a number" : $"{source}, \"{found.Value.Text}\" is not a number");
        return subject.Variable == "message_size_limit_maps" ? SizeLimit(subject, found.Value.Number, source) : new ExplainedField(subject, Text(subject.Kind, found.Value), source);
    }

    private ExplainedField SizeLimit(PolicySubject subject, double? given, string source)
    {
        var effective = policy.Settings.EffectiveSizeLimit(given);
        if (effective is { } limit && limit > given)
            source += ", raised by enforce_smtpd_message_size_limit_64kb_min";
        return new ExplainedField(subject, effective?.ToString(CultureInfo.InvariantCulture), effective is null ? source + ", 0: no limit" : source);
    }

    private ExplainedField Collected(PolicySubject subject, LookupMaps maps, AddressKeys keys)
    {
        var values = new List<string>();
        var sources = new List<string>();
        for (var i = 0; i < maps.Tables.Count; i++)
        {
            foreach (var result in maps.Tables[i].FindAll(keys))
            {
                values.Add(result.Value.Tables is null ? result.Value.Text : "(rules of its own)");
                sources.Add(Source(new FoundInMaps(result.Value, i, result.Matched, maps.Tables[i]), subject.Variable, subject.FedBy, maps));
            }
        }
        return values.Count == 0
            ? new ExplainedField(subject, null, NoTable(subject))
            : new ExplainedField(subject, string.Join(", ", values), string.Join("; ", sources));
    }

    /// <summary>What databases hold for other programs.</summary>
    private ExplainedField DatabaseOnly(PolicySubject subject)
    {
        var asked = recipient.Records ?? AddressRecords.None;
        foreach (var (records, name) in new[] { (asked.Sql, subject.Field?.Sql), (asked.Ldap, subject.Field?.Ldap) })
            foreach (var record in records)
                if (name is not null && record[name] is { } text)
                    return new ExplainedField(subject, text, record.Source);
        return new ExplainedField(subject, null, NoTable(subject));
    }

    private string NoTable(PolicySubject subject) =>
        policy.PlaceOf(subject.Variable) is { } place ? $"no table of {subject.Variable} of {place} has the address" : Default;

    /// <summary>A constant that a plain variable fills stands where that variable was given.</summary>
    private string Source(FoundInMaps found, string variable, string? fedBy, LookupMaps maps)
    {
        var source = LookupSource.Of(found, variable, maps, policy);
        return source == Default && fedBy is not null ? SourceOf(fedBy) : source;
    }

    private static string Text(FieldKind kind, LookupValue value) => kind switch
    {
        FieldKind.Truth or FieldKind.Locality => value.IsTrue ? "yes" : "no",
        _ => value.Text.Replace("\n", ", ", StringComparison.Ordinal),
    };
}
