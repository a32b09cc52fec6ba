using Amavis.Core.Addresses;
using Amavis.Core.Counters;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Data;
using Amavis.Data.Writing;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amavis.Benchmarks;

/// <summary>The message log: 100 records into the journal and, by one writer, into an SQLite database.</summary>
public class LogWriterBenchmarks
{
    private const int Records = 100;

    private string _directory = "";
    private AmavisDatabase _database = null!; // set before the first benchmark runs
    private SqlMessageLog _log = null!; // set before the first benchmark runs
    private long _number;

    [GlobalSetup]
    public void Start()
    {
        _directory = Directory.CreateTempSubdirectory("amavis-benchmark-").FullName;
        _database = new AmavisDatabase(new SqlDsn(SqlProvider.Sqlite, Path.Combine(_directory, "amavis.db")));
        _log = SqlMessageLog.Start([_database], new MessageLogOptions { JournalDirectory = Path.Combine(_directory, "journal") },
            new CounterSet(), TimeProvider.System, NullLoggerFactory.Instance);
    }

    [GlobalCleanup]
    public async Task StopAsync()
    {
        await _log.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public async Task Record()
    {
        for (var i = 0; i < Records; i++)
            await _log.FinishAsync(Next(), CancellationToken.None);
        await _log.FlushAsync(CancellationToken.None);
    }

    private MessageRecord Next()
    {
        var id = "b" + (++_number).ToString("d11", System.Globalization.CultureInfo.InvariantCulture);
        return new MessageRecord
        {
            Arrival = new MessageArrival
            {
                MailId = id,
                SecretId = "s" + id,
                AmId = "00001-" + _number,
                ReceivedAt = DateTimeOffset.FromUnixTimeSeconds(1795348870 + _number),
                Sender = MailAddress.FromUnquoted($"sender{_number % 500}@example.org"),
                ClientAddress = "192.0.2.10",
                Size = 3526,
                Host = "filter.example.net",
            },
            Content = 'C',
            SpamLevel = 1.301,
            MessageId = $"<{_number}@example.org>",
            From = "\"Some One\" <one@example.org>",
            Subject = "a subject",
            Recipients =
            [
                new RecipientRecord
                {
                    Position = 1,
                    Address = MailAddress.FromUnquoted($"user{_number % 200}@example.com"),
                    IsLocal = true,
                    Content = 'C',
                    DeliveryStatus = 'P',
                    SpamLevel = 1.301,
                    SmtpResponse = "250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok",
                },
            ],
            Explanation = "{\"version\":1}",
        };
    }
}
