using Amavis.Core.Policy;
using Amavis.Data;
using Amavis.Data.Console;
using Amavis.Data.Migrating;
using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amavis.Testing.Console;

/// <summary>A recipient to be put into the log; the defaults are those of clean mail to one of our users.</summary>
internal sealed record SeedRecipient(string Address)
{
    public char Content { get; init; } = 'C';
    public char Ds { get; init; } = 'P';
    public char Rs { get; init; } = ' ';
    public char IsLocal { get; init; } = 'Y';
    public float? Score { get; init; } = 0;
    public string Response { get; init; } = "250 2.0.0 Ok: queued as 4XABC123";
}

/// <summary>A message to be put into the log.</summary>
internal sealed record SeedMessage(string MailId, DateTimeOffset Time)
{
    public int Tag { get; init; }
    public string Sender { get; init; } = "sender@far.test";
    public IReadOnlyList<SeedRecipient> Recipients { get; init; } = [new SeedRecipient("user@example.com")];
    public string Subject { get; init; } = "Hello";
    public string From { get; init; } = "Sender <sender@far.test>";
    public string? Content { get; init; } = "C";
    public string? QuarType { get; init; } = " ";
    public string QuarLoc { get; init; } = "";
    public string Originating { get; init; } = "N";
    public string MessageId { get; init; } = "<1@far.test>";
    public string Client { get; init; } = "192.0.2.1";
    public string LogId { get; init; } = "12345-01";
    public string SecretId { get; init; } = "SECRETSECRET";
    public string? Explanation { get; init; }
    /// <summary>Kept text; cut into chunks of 1000 octets.</summary>
    public byte[]? Text { get; init; }
}

/// <summary>A database with what a test has put into it.</summary>
internal sealed class ConsoleSeed : IAsyncDisposable
{
    private const int ChunkOctets = 1000;

    private readonly ServiceProvider _services;
    private readonly string? _directory;

    private ConsoleSeed(SqlDsn dsn, string? directory)
    {
        Dsn = dsn;
        _directory = directory;
        _services = new ServiceCollection().AddAmavisData(dsn).BuildServiceProvider();
        Contexts = _services.GetRequiredService<IDbContextFactory<AmavisDbContext>>();
    }

    public SqlDsn Dsn { get; }

    public AmavisDatabase Database => _services.GetRequiredService<AmavisDatabase>();

    public IDbContextFactory<AmavisDbContext> Contexts { get; }

    /// <summary>An empty SQLite database in a directory of its own.</summary>
    public static Task<ConsoleSeed> SqliteAsync()
    {
        var directory = Directory.CreateTempSubdirectory("amavis-console-").FullName;
        return OpenAsync(new SqlDsn(SqlProvider.Sqlite, Path.Combine(directory, "amavis.db")), directory);
    }

    /// <summary>A database that the caller provides, brought up to date.</summary>
    public static async Task<ConsoleSeed> OpenAsync(SqlDsn dsn, string? directory = null)
    {
        var seed = new ConsoleSeed(dsn, directory);
        await new DatabaseMigrator(NullLogger<DatabaseMigrator>.Instance).MigrateAsync(seed._services.GetRequiredService<AmavisDatabase>(), CancellationToken.None);
        return seed;
    }

    public async Task<MessageKey> AddAsync(SeedMessage message)
    {
        await using var context = await Contexts.CreateDbContextAsync();
        context.Msgs.Add(new MsgsRow
        {
            PartitionTag = message.Tag,
            MailId = message.MailId,
            SecretId = message.SecretId,
            AmId = message.LogId,
            TimeNum = (int)message.Time.ToUnixTimeSeconds(),
            TimeIso = message.Time.ToUniversalTime(),
            Sid = await AddressAsync(context, message.Tag, message.Sender),
            ClientAddr = message.Client,
            Size = 1234,
            Originating = message.Originating,
            Content = message.Content,
            QuarType = message.QuarType,
            QuarLoc = message.QuarLoc,
            DsnSent = "N",
            MessageId = message.MessageId,
            FromAddr = message.From,
            Subject = message.Subject,
            Host = "mx.example.com",
        });
        var position = 0;
        foreach (var recipient in message.Recipients)
            context.Msgrcpt.Add(await RowAsync(context, message, recipient, ++position));
        if (message.Explanation is { } explanation)
            context.Explanations.Add(new ExplanationRow { PartitionTag = message.Tag, MailId = message.MailId, Explanation = explanation });
        AddChunks(context, message);
        await context.SaveChangesAsync();
        return new MessageKey(message.Tag, message.MailId);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (_directory is not null)
            Directory.Delete(_directory, recursive: true);
    }

    private static async Task<MsgrcptRow> RowAsync(AmavisDbContext context, SeedMessage message, SeedRecipient recipient, int position) => new()
    {
        PartitionTag = message.Tag,
        MailId = message.MailId,
        Rseqnum = position,
        Rid = await AddressAsync(context, message.Tag, recipient.Address),
        IsLocal = recipient.IsLocal.ToString(),
        Content = recipient.Content.ToString(),
        Ds = recipient.Ds.ToString(),
        Rs = recipient.Rs.ToString(),
        Bl = "N",
        Wl = "N",
        BspamLevel = recipient.Score,
        SmtpResp = recipient.Response,
    };

    private static void AddChunks(AmavisDbContext context, SeedMessage message)
    {
        var index = 0;
        foreach (var chunk in (message.Text ?? []).Chunk(ChunkOctets))
            context.Quarantine.Add(new QuarantineRow { PartitionTag = message.Tag, MailId = message.MailId, ChunkInd = ++index, MailText = chunk });
    }

    private static async Task<int> AddressAsync(AmavisDbContext context, int tag, string address)
    {
        if (await context.Maddr.SingleOrDefaultAsync(a => a.PartitionTag == tag && a.Email == address) is { } known)
            return known.Id;
        var row = new MaddrRow { PartitionTag = tag, Email = address, Domain = Core.Addresses.DomainNames.Reverse(address[(address.LastIndexOf('@') + 1)..]) };
        context.Maddr.Add(row);
        await context.SaveChangesAsync();
        return row.Id;
    }
}
