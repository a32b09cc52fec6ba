using Amavis.Dns.Messages;

namespace Amavis.Dns.Resolving;

/// <summary>What a response says to a question, aliases in it followed.</summary>
/// <param name="Answer">Null: the alias <paramref name="Alias"/> is to be asked for.</param>
/// <param name="Life">Seconds the finding may be kept; 0: not at all.</param>
internal readonly record struct ReadAnswer(DnsAnswer? Answer, string Alias, uint Life);

/// <summary>Takes the answer out of a response (RFC 1034 §4.3.2, RFC 2308).</summary>
internal static class AnswerReader
{
    /// <summary>Aliases followed for one question, in all responses together.</summary>
    public const int MaxAliases = 8;

    /// <param name="aliases">How many aliases were followed; goes up.</param>
    public static ReadAnswer Read(DnsMessage response, DnsQuestion question, ref int aliases)
    {
        var name = question.Name;
        var life = uint.MaxValue;
        while (true)
        {
            var records = response.Answers.Where(r => r.Type == question.Type && DnsName.Same(r.Name, name)).ToList();
            if (records.Count > 0)
                return new ReadAnswer(new DnsAnswer(DnsStatus.Found, records, ""), name, records.Aggregate(life, (least, r) => Math.Min(least, r.TimeToLive)));
            if (question.Type == RecordType.CNAME || response.Answers.FirstOrDefault(r => r is DnsRecord.Named { Kind: RecordType.CNAME } && DnsName.Same(r.Name, name)) is not DnsRecord.Named alias)
                break;
            if (++aliases > MaxAliases)
                return new ReadAnswer(DnsAnswer.Failure($"more than {MaxAliases} aliases behind {question.Name}"), name, 0);
            life = Math.Min(life, alias.TimeToLive);
            name = alias.Target;
        }
        return Without(response, question, name, life);
    }

    private static ReadAnswer Without(DnsMessage response, DnsQuestion question, string name, uint life)
    {
        var authority = response.Authorities.OfType<DnsRecord.StartOfAuthority>().FirstOrDefault();
        // Without a SOA nobody says how long it is true (RFC 2308 §5).
        var negative = authority is null ? 0 : Math.Min(life, Math.Min(authority.TimeToLive, authority.Minimum));
        if (response.Code == ResponseCode.NameError)
            return new ReadAnswer(new DnsAnswer(DnsStatus.NoName, [], $"{name} does not exist"), name, negative);
        if (!DnsName.Same(name, question.Name) && authority is null)
            return new ReadAnswer(null, name, life);
        return new ReadAnswer(new DnsAnswer(DnsStatus.NoData, [], $"{name} has no {question.Type} record"), name, negative);
    }
}
