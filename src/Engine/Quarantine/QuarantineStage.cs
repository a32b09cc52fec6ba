using Amavis.Core.Categories;
using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Engine.Delivery;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Quarantine;

/// <summary>Stores the copies a message leaves behind, before anything is passed on. A copy that can't be stored tempfails the message.</summary>
internal sealed class QuarantineStage(EngineServices services, ReceivedMessage message, Letter letter, CounterBatch counters)
{
    private const string Section = "quarantine";

    public async Task<IReadOnlyList<StoredCopy>> StoreAsync(IReadOnlyList<RecipientVerdict> verdicts, Findings findings, MessageArrival arrival, CancellationToken cancellationToken)
    {
        var settings = message.Policy.Settings;
        var entries = QuarantinePlanner.Plan(verdicts, settings);
        if (entries.Count == 0)
            return [];
        var single = verdicts.Count == 1 ? verdicts[0].Recipient.Address.Bracketed : null;
        var fields = QuarantineHeader.Make(message.Envelope.Sender, verdicts, findings, arrival.MailId, settings)
            .Append(ReceivedField.Make(message, arrival.MailId, single)).ToList();
        var category = verdicts.Select(v => v.Effective).Max();
        var copies = new List<StoredCopy>();
        foreach (var entry in entries)
        {
            counters.Add("QuarMsgs");
            counters.Add("QuarMsgsSize", message.Spool.Length);
            try
            {
                copies.AddRange(await StoreOneAsync(entry, fields, arrival, cancellationToken));
            }
            catch (Exception e) when (e is IOException or StorageUnavailableException or UnauthorizedAccessException)
            {
                services.Counters.Add("QuarAttemptTempFails");
                throw new MessageFaultException(Section, e.Message, e);
            }
            var name = entry.Archive ? "Arch" : CategoryName(category);
            counters.Add("QuarMsgs" + name);
            if (name != "Other")
                counters.Add("QuarMsgsSize" + name, message.Spool.Length);
        }
        return [.. copies.OrderBy(c => c.Archive)];
    }

    private static string CategoryName(CategoryKey category) =>
        category.Major == ContentCategory.CatchAll ? "Other" : new CategoryKey(category.Major).DisplayName;

    private async Task<IReadOnlyList<StoredCopy>> StoreOneAsync(QuarantineEntry entry, List<AddedField> fields, MessageArrival arrival, CancellationToken cancellationToken)
    {
        switch (entry.Method.Protocol)
        {
            case DeliveryProtocol.Sql:
                return [await StoreSqlAsync(entry, fields, arrival, cancellationToken)];
            case DeliveryProtocol.Local:
                return await StoreFilesAsync(entry, fields, arrival, cancellationToken);
            default:
                throw new MessageFaultException(Section, $"quarantine method {entry.Method} is not available");
        }
    }

    private async Task<StoredCopy> StoreSqlAsync(QuarantineEntry entry, List<AddedField> fields, MessageArrival arrival, CancellationToken cancellationToken)
    {
        if (services.SqlQuarantine is not { } sql)
            throw new MessageFaultException(Section, "sql: quarantine without storage_sql_dsn");
        await using var text = new LineFeedStream(letter.WithFields(fields));
        await sql.StoreAsync(arrival, text, message.Policy.Settings.SqlQuarantineChunksizeMax, cancellationToken);
        var location = arrival.PartitionTag == 0 ? arrival.MailId : $"{arrival.MailId}[{arrival.PartitionTag}]";
        return new StoredCopy('Q', location, entry.Archive);
    }

    private async Task<IReadOnlyList<StoredCopy>> StoreFilesAsync(QuarantineEntry entry, List<AddedField> fields, MessageArrival arrival, CancellationToken cancellationToken)
    {
        var settings = message.Policy.Settings;
        if (settings.QuarantineDir is not { Length: > 0 } directory)
            return [];
        var values = new FileNameValues(arrival.MailId, message.LogId, arrival.PartitionTag, message.ReceivedAt.ToLocalTime(), () => Convert.ToHexStringLower(letter.BodyDigest()));
        var template = entry.Method.Targets[0].Path;
        var name = FileNameTemplate.Expand(template.Length == 0 ? "%m" : template, values);
        var sender = settings.MailfromToQuarantine is { } other ? $"<{other}>" : message.Envelope.Sender.Bracketed;
        var top = new List<AddedField>
        {
            new("Return-Path", sender),
            new("Delivered-To", string.Join(", ", entry.Targets)),
        };
        var location = await new FileQuarantine(directory, settings.QuarantineSubdirLevels)
            .StoreAsync(name, arrival.MailId, letter.WithFields([.. top, .. fields], removeReturnPath: true), cancellationToken);
        return [new StoredCopy(location.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? 'Z' : 'F', location, entry.Archive)];
    }
}
