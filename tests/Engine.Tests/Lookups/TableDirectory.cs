using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;
using Amavis.Core.Storage;

namespace Amavis.Engine.Tests.Lookups;

/// <summary>Users, their policies and lists in memory, in the order in which they were added.</summary>
internal sealed class TableDirectory : IAddressDirectory
{
    private readonly List<(string Key, AddressRecord Record)> _users = [];
    private readonly Dictionary<(string User, string Sender), string> _lists = [];

    /// <summary>Nobody answers.</summary>
    public bool IsAway { get; set; }

    public int Asked { get; private set; }

    /// <param name="fields">Name and value by turns.</param>
    public TableDirectory User(string key, params string?[] fields)
    {
        var names = fields.Where((_, i) => i % 2 == 0).Select(n => n!).ToList();
        _users.Add((key, new AddressRecord(AddressDatabase.Sql, new RecordFields(names), [.. fields.Where((_, i) => i % 2 == 1)])
        {
            Source = $"SQL users {_users.Count + 1} ({key})",
            IsCatchAll = key == "@.",
            UserId = _users.Count + 1,
        }));
        return this;
    }

    public TableDirectory List(string user, string sender, string wb)
    {
        _lists[(user, sender)] = wb;
        return this;
    }

    public ValueTask<AddressKeys> LookUpAsync(AddressKeys keys, Settings settings, CancellationToken cancellationToken)
    {
        Asked++;
        if (IsAway)
            throw new StorageUnavailableException("lookup_sql_dsn, test: away");
        var searched = keys.SqlKeys(includeBare: false);
        return ValueTask.FromResult(keys.With(new AddressRecords([.. _users.Where(u => searched.Contains(u.Key)).Select(u => u.Record)], [])));
    }

    public ValueTask<IReadOnlyList<IReadOnlyList<SenderListEntry>>> FindListedAsync(
        AddressKeys sender, IReadOnlyList<AddressKeys> recipients, Settings settings, CancellationToken cancellationToken)
    {
        var keys = sender.SqlKeys(includeBare: false);
        IReadOnlyList<IReadOnlyList<SenderListEntry>> found = [.. recipients.Select(Entries)];
        return ValueTask.FromResult(found);

        List<SenderListEntry> Entries(AddressKeys recipient)
        {
            var entries = new List<SenderListEntry>();
            foreach (var (user, record) in _users.Where(u => recipient.Records!.Sql.Contains(u.Record)))
                if (keys.FirstOrDefault(k => _lists.ContainsKey((user, k))) is { } key)
                    entries.Add(new SenderListEntry(_lists[(user, key)], $"wblist of {record.Source}"));
            return entries;
        }
    }
}

/// <summary>Keeps the records of finished messages.</summary>
internal sealed class KeptRecords : IMessageLog
{
    public List<MessageRecord> Records { get; } = [];

    public bool IsAvailable => true;

    public ValueTask BeginAsync(MessageArrival arrival, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask FinishAsync(MessageRecord record, CancellationToken cancellationToken)
    {
        Records.Add(record);
        return ValueTask.CompletedTask;
    }

    public static MailAddress Address(string text) => MailAddress.FromUnquoted(text);
}
