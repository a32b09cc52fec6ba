using System.Text;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Data.Quarantining;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amavis.Data.Tests;

public abstract class QuarantineTests(ITestServer server) : DatabaseTests(server)
{
    private const int ChunkOctets = 1024;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await MigrateAsync();
    }

    private SqlQuarantine Quarantine(params AmavisDatabase[] databases) =>
        new(databases.Length == 0 ? [Database] : databases, Options, TimeProvider.System, NullLogger<SqlQuarantine>.Instance);

    /// <summary>Octets of every value, with LF line ends, as a stored copy may have.</summary>
    private static byte[] Text(int octets)
    {
        var text = new byte[octets];
        for (var i = 0; i < octets; i++)
            text[i] = (byte)(i * 31 + i / 251);
        return text;
    }

    private async Task<byte[]?> ReadAsync(string mailId, int? tag = null)
    {
        await using var stream = await Quarantine().OpenAsync(mailId, tag, Cancellation);
        if (stream is null)
            return null;
        using var text = new MemoryStream();
        await stream.CopyToAsync(text, Cancellation);
        return text.ToArray();
    }

    private AmavisDatabase Nowhere() => Keep(new AmavisDatabase(new SqlDsn(SqlProvider.Postgres, "Host=/nonexistent;Database=x;Username=x")));

    [Theory]
    [InlineData(1)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(5000)]
    public async Task The_text_is_stored_in_whole_chunks_and_read_back(int octets)
    {
        await Quarantine().StoreAsync(Records.Arrival("q1"), new MemoryStream(Text(octets)), ChunkOctets, Cancellation);

        (await ReadAsync("q1")).ShouldBe(Text(octets));
        var whole = Enumerable.Repeat(ChunkOctets, octets / ChunkOctets).Concat(octets % ChunkOctets > 0 ? [octets % ChunkOctets] : []);
        (await RowsAsync("SELECT partition_tag, chunk_ind, length(mail_text) FROM quarantine ORDER BY chunk_ind"))
            .ShouldBe(whole.Select((length, i) => $"0|{i + 1}|{length}"));
    }

    [Fact]
    public async Task A_large_text_takes_several_statements()
    {
        var text = Text(5_000_000);
        await Quarantine().StoreAsync(Records.Arrival("big"), new MemoryStream(text), 16384, Cancellation);
        (await ReadAsync("big"))!.AsSpan().SequenceEqual(text).ShouldBeTrue();
        (await NumberAsync("SELECT max(chunk_ind) FROM quarantine")).ShouldBe((5_000_000 + 16383) / 16384);
    }

    [Fact]
    public async Task The_first_log_row_is_there_with_the_text_and_the_log_completes_it()
    {
        var record = Records.Clean("q2") with { Content = 'V', QuarantineType = 'Q', QuarantineLocation = "q2" };
        var log = StartLog();
        await Quarantine().StoreAsync(record.Arrival, new MemoryStream("X-Quarantine-ID: <q2>\n"u8.ToArray()), ChunkOctets, Cancellation);
        (await RowsAsync("SELECT m.mail_id, content, email FROM msgs m JOIN maddr s ON s.id = m.sid")).ShouldBe(["q2|NULL|sender@example.org"]);

        await log.FinishAsync(record, Cancellation);
        await log.FlushAsync(Cancellation);
        (await RowsAsync("SELECT mail_id, content, quar_type, quar_loc FROM msgs")).ShouldBe(["q2|V|Q|q2"]);
        (await ReadAsync("q2")).ShouldBe("X-Quarantine-ID: <q2>\n"u8.ToArray());
    }

    [Fact]
    public async Task Storing_again_replaces_the_chunks_of_the_first_attempt()
    {
        await Quarantine().StoreAsync(Records.Arrival("q3"), new MemoryStream(Text(3000)), ChunkOctets, Cancellation);
        await Quarantine().StoreAsync(Records.Arrival("q3"), new MemoryStream(Text(100)), ChunkOctets, Cancellation);
        (await ReadAsync("q3")).ShouldBe(Text(100));
    }

    [Fact]
    public async Task A_mail_id_of_another_message_is_refused_and_that_one_stays()
    {
        await Quarantine().StoreAsync(Records.Arrival("q4"), new MemoryStream(Text(3000)), ChunkOctets, Cancellation);
        await Should.ThrowAsync<StorageUnavailableException>(
            Quarantine().StoreAsync(Records.Arrival("q4", amId: "other"), new MemoryStream(Text(10)), ChunkOctets, Cancellation));
        (await ReadAsync("q4")).ShouldBe(Text(3000));
    }

    [Fact]
    public async Task A_text_that_fails_half_way_leaves_nothing()
    {
        await Should.ThrowAsync<StorageUnavailableException>(
            Quarantine().StoreAsync(Records.Arrival("q5"), new BrokenStream(3_000_000), ChunkOctets, Cancellation));
        (await NumberAsync("SELECT count(*) FROM quarantine")).ShouldBe(0);
        (await NumberAsync("SELECT count(*) FROM msgs")).ShouldBe(0);
    }

    [Fact]
    public async Task Without_a_database_nothing_is_promised()
    {
        await Should.ThrowAsync<StorageUnavailableException>(
            Quarantine(Nowhere()).StoreAsync(Records.Arrival("q6"), new MemoryStream(Text(10)), ChunkOctets, Cancellation));
        await Should.ThrowAsync<StorageUnavailableException>(Quarantine(Nowhere()).OpenAsync("q6", null, Cancellation));
    }

    [Fact]
    public async Task The_next_database_of_the_list_is_used()
    {
        await Quarantine(Nowhere(), Database).StoreAsync(Records.Arrival("q7"), new MemoryStream(Text(2000)), ChunkOctets, Cancellation);
        (await ReadAsync("q7")).ShouldBe(Text(2000));
    }

    [Fact]
    public async Task An_unknown_message_has_no_text() => (await ReadAsync("nosuch")).ShouldBeNull();

    [Fact]
    public async Task The_partition_tag_comes_from_the_log_row_unless_several_have_the_mail_id()
    {
        var one = Records.Arrival("q8") with { PartitionTag = 7 };
        await Quarantine().StoreAsync(one, new MemoryStream(Text(10)), ChunkOctets, Cancellation);
        (await ReadAsync("q8")).ShouldBe(Text(10));
        (await ReadAsync("q8", 7)).ShouldBe(Text(10));
        (await ReadAsync("q8", 8)).ShouldBeNull();

        await Quarantine().StoreAsync(one with { PartitionTag = 8 }, new MemoryStream(Text(20)), ChunkOctets, Cancellation);
        (await Should.ThrowAsync<StorageUnavailableException>(ReadAsync("q8"))).Message.ShouldContain("partition_tag");
        (await ReadAsync("q8", 8)).ShouldBe(Text(20));
    }

    [Fact]
    public async Task A_message_with_a_missing_chunk_is_not_given_out()
    {
        await Quarantine().StoreAsync(Records.Arrival("q9"), new MemoryStream(Text(5000)), ChunkOctets, Cancellation);
        await ExecuteAsync("DELETE FROM quarantine WHERE chunk_ind = 3");
        await Should.ThrowAsync<InvalidDataException>(ReadAsync("q9"));
    }

    [Fact]
    public async Task Many_messages_are_stored_at_once()
    {
        var texts = Enumerable.Range(0, 30).Select(i => Text(2000 + i)).ToList();
        var log = StartLog();
        await Task.WhenAll(texts.Select(async (text, i) =>
        {
            var record = Records.Clean($"many{i:d3}", $"sender{i % 3}@example.org");
            await log.BeginAsync(record.Arrival, Cancellation);
            await Quarantine().StoreAsync(record.Arrival, new MemoryStream(text), ChunkOctets, Cancellation);
            await log.FinishAsync(record, Cancellation);
        }));
        await log.FlushAsync(Cancellation);
        for (var i = 0; i < texts.Count; i++)
            (await ReadAsync($"many{i:d3}")).ShouldBe(texts[i]);
        (await NumberAsync("SELECT count(*) FROM msgs WHERE content = 'C'")).ShouldBe(30);
    }

    /// <summary>Fails after so many octets.</summary>
    private sealed class BrokenStream(int octets) : MemoryStream(new byte[octets + 1])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position >= octets - 100_000 ? throw new IOException("broken") : base.ReadAsync(buffer, cancellationToken);
    }
}

public sealed class SqliteQuarantineTests() : QuarantineTests(new SqliteFiles());

[Collection(PostgresCollection.Name)]
public sealed class PostgresQuarantineTests(PostgresFixture fixture) : QuarantineTests(fixture)
{
    [Fact]
    public async Task A_restarted_server_is_no_reason_to_refuse()
    {
        var quarantine = new SqlQuarantine([Database], Options, TimeProvider.System, NullLogger<SqlQuarantine>.Instance);
        await quarantine.StoreAsync(Records.Arrival("r1"), new MemoryStream(Encoding.ASCII.GetBytes("a")), 1024, Cancellation);
        await fixture.Server.RestartAsync();
        await quarantine.StoreAsync(Records.Arrival("r2"), new MemoryStream(Encoding.ASCII.GetBytes("b")), 1024, Cancellation);
        (await NumberAsync("SELECT count(*) FROM quarantine")).ShouldBe(2);
    }
}
