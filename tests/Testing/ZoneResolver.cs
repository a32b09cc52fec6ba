using System.Text;
using Amavis.Dns.Messages;
using Amavis.Dns.Resolving;

namespace Amavis.Testing;

/// <summary>Answers from what the test put in, without a network.</summary>
public sealed class ZoneResolver : IDnsResolver
{
    private readonly Dictionary<DnsQuestion, List<DnsRecord>> _records = [];
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _failingOtherwise = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _failing = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Questions asked, in order.</summary>
    public List<DnsQuestion> Questions { get; } = [];

    /// <summary>Never answers until the asker gives up.</summary>
    public bool IsSilent { get; set; }

    public ZoneResolver AddText(string name, params string[] texts)
    {
        foreach (var text in texts)
            Add(new DnsRecord.Text(name, 300, [.. Encoding.Latin1.GetBytes(text).Chunk(255).Select(c => (ReadOnlyMemory<byte>)c)]));
        return this;
    }

    public ZoneResolver Add(DnsRecord record)
    {
        var question = new DnsQuestion(record.Name, record.Type);
        if (!_records.TryGetValue(question, out var records))
            _records.Add(question, records = []);
        records.Add(record);
        _names.Add(record.Name);
        return this;
    }

    /// <summary>Nobody can tell anything about a name.</summary>
    public ZoneResolver Fail(string name)
    {
        _failing.Add(name);
        return this;
    }

    /// <summary>Nobody can tell anything about a name but what was put in.</summary>
    public ZoneResolver FailOthers(string name)
    {
        _failingOtherwise.Add(name);
        return this;
    }

    public async ValueTask<DnsAnswer> AskAsync(string name, RecordType type, CancellationToken cancellationToken)
    {
        var question = new DnsQuestion(name, type);
        lock (Questions)
            Questions.Add(question);
        if (IsSilent)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        if (_failing.Contains(name))
            return DnsAnswer.Failure("ServerFailure");
        for (var i = 0; i < 10; i++)
        {
            if (_records.TryGetValue(question, out var found))
                return new DnsAnswer(DnsStatus.Found, found, "");
            if (!_records.TryGetValue(question with { Type = RecordType.CNAME }, out var alias))
                break;
            question = question with { Name = ((DnsRecord.Named)alias[0]).Target };
        }
        if (_failingOtherwise.Contains(question.Name))
            return DnsAnswer.Failure("ServerFailure");
        return new DnsAnswer(_names.Contains(question.Name) ? DnsStatus.NoData : DnsStatus.NoName, [], "nothing there");
    }
}
