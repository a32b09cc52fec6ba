using Amavis.Dkim.Keys;
using Amavis.Dns.Messages;
using Amavis.Dns.Resolving;

namespace Amavis.Dkim.Verification;

/// <summary>Keys that may have made a signature, or why there are none.</summary>
/// <param name="Verdict">Meant only without keys.</param>
internal sealed record FoundKeys(IReadOnlyList<(KeyRecord Record, PublicKey Key)> Keys, SignatureVerdict Verdict, string Reason) : IDisposable
{
    public static FoundKeys None(SignatureVerdict verdict, string reason) => new([], verdict, reason);

    public void Dispose()
    {
        foreach (var (_, key) in Keys)
            key.Dispose();
    }
}

/// <summary>Fetches the keys of signatures from the DNS.</summary>
internal static class KeyLookup
{
    /// <summary>Records looked at: there should be one, but while algorithms change there may be one for each.</summary>
    private const int MaxRecords = 8;

    public static async Task<FoundKeys> FindAsync(IDnsResolver resolver, string name, SigningAlgorithm algorithm, CancellationToken cancellationToken)
    {
        DnsAnswer answer;
        try
        {
            answer = await resolver.AskAsync(name, RecordType.TXT, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return FoundKeys.None(SignatureVerdict.TempError, "no time left for the DNS");
        }
        return answer.Status switch
        {
            DnsStatus.Failed => FoundKeys.None(SignatureVerdict.TempError, "the DNS did not answer"),
            DnsStatus.Found => Read(answer.Texts.Take(MaxRecords), algorithm),
            _ => FoundKeys.None(SignatureVerdict.PermError, "there is no key"),
        };
    }

    private static FoundKeys Read(IEnumerable<string> texts, SigningAlgorithm algorithm)
    {
        var keys = new List<(KeyRecord, PublicKey)>(1);
        var reason = "";
        foreach (var text in texts)
        {
            var fault = "";
            if (KeyRecord.TryParse(text, out fault) is { } record && (fault = record.Objection(algorithm) ?? "").Length == 0
                && PublicKey.TryRead(record.KeyType, record.Key, out fault) is { } key)
                keys.Add((record, key));
            else if (reason.Length == 0 || !text.Contains("p=", StringComparison.Ordinal))
                reason = reason.Length == 0 ? fault : reason;
        }
        return keys.Count > 0 ? new FoundKeys(keys, default, "") : FoundKeys.None(SignatureVerdict.PermError, reason);
    }
}
