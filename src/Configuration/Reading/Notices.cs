using Amavis.Configuration.Catalog;
using Amavis.Configuration.Files;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>What an administrator should know of a configuration that has nothing wrong.</summary>
internal sealed class Notices(Dictionary<string, Assignment> assignments, BindSession session, Settings settings)
{
    public IEnumerable<string> All(IReadOnlyList<string> files, string hostName) =>
        WithoutMeaning().Concat(WithoutEffect()).Concat(session.Remarks).Concat(DeadParts()).Concat(OpenFiles(files)).Concat(OfTheWhole(hostName));

    /// <summary>What is missing can only be told when nothing was dropped as faulty.</summary>
    private IEnumerable<string> OfTheWhole(string hostName) =>
        session.Mistakes.Count > 0 ? [] : MissingBanks().Concat(Gaps(hostName));

    private IEnumerable<string> WithoutMeaning()
    {
        var names = Names(VariableEffect.NoMeaningHere).ToArray();
        if (names.Length > 0)
            yield return "accepted, but without meaning here: " + string.Join(", ", names);
    }

    private IEnumerable<string> WithoutEffect()
    {
        var names = Names(VariableEffect.NotInThisVersion).Concat(session.WithoutEffect).ToArray();
        if (names.Length > 0)
            yield return "known, but without effect in this version: " + string.Join(", ", names);
    }

    private IEnumerable<string> Names(VariableEffect effect) =>
        VariableCatalog.All.Where(v => v.Effect == effect && VariableCatalog.Find(v.Name) == v && assignments.ContainsKey(v.Name)).Select(v => v.Name);

    private IEnumerable<string> DeadParts() =>
        from part in assignments.Values
        let users = VariableCatalog.All.Where(v => v.Parts.Contains(part.Variable.Name)).ToList()
        where part.Variable.PartOf is not null && users.TrueForAll(u => assignments.ContainsKey(u.Name)) && !session.LinkedVariables.Contains(part.Variable.Name)
        select $"{part.Key.Position}: {part.Variable.Name}: changes nothing, since {part.Variable.PartOf} is given";

    private IEnumerable<string> MissingBanks() =>
        from reference in session.BankReferences
        where reference.Bank != ConfigurationDefaults.MyNets && !settings.PolicyBanks.ContainsKey(reference.Bank)
        select $"{reference.Position}: {reference.Key}: there is no policy bank \"{reference.Bank}\"; the name changes nothing";

    private IEnumerable<string> Gaps(string hostName)
    {
        if (settings.ListenSockets.Count == 0)
            yield return "listen_sockets is empty: the daemon has nothing to listen on";
        if (!assignments.ContainsKey("myhostname") && !hostName.Contains('.'))
            yield return $"myhostname is not given and the host's name \"{hostName}\" has no domain: localhost is used";
        if (settings.StorageSqlDsn.Count == 0 && QuarantineMethods().Any(m => m?.Protocol == DeliveryProtocol.Sql))
            yield return "a quarantine method is sql:, but storage_sql_dsn is empty";
        if (string.IsNullOrEmpty(settings.QuarantineDir) && SaysWhatIsKept() && QuarantineMethods().Any(m => m?.Protocol == DeliveryProtocol.Local))
            yield return "a quarantine method is local:, but QUARANTINEDIR is not given: nothing is kept, and what is discarded is gone";
    }

    /// <summary>The file speaks of blocking or keeping; one that leaves all to the defaults knows them.</summary>
    private bool SaysWhatIsKept() => assignments.Keys.Any(k => k.EndsWith("_quarantine_method", StringComparison.Ordinal)
        || (k.StartsWith("final_", StringComparison.Ordinal) && k.EndsWith("_destiny", StringComparison.Ordinal)));

    private IEnumerable<DeliveryMethod?> QuarantineMethods() =>
        settings.ByCcat.QuarantineMethods.Entries.Values.Append(settings.ArchiveQuarantineMethod);

    /// <summary>Who can write the configuration can read and send mail as we do.</summary>
    private static IEnumerable<string> OpenFiles(IEnumerable<string> files) =>
        files.Where(f => !OperatingSystem.IsWindows() && File.Exists(f) && File.GetUnixFileMode(f).HasFlag(UnixFileMode.OtherWrite))
            .Select(f => $"{f}: may be written by everybody");
}
