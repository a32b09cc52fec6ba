using System.Buffers;
using System.Text;
using Amavis.Data.Writing;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using Replay = Amavis.Data.Writing.Replay;

namespace Amavis.Data.Tests;

public sealed class JournalTests : IDisposable
{
    private static readonly RowBuilder Rows = new(caseSensitiveLocalPart: false, allow8bit: true);

    private readonly string _directory = System.IO.Directory.CreateTempSubdirectory("aw-journal-").FullName;

    public void Dispose() => System.IO.Directory.Delete(_directory, recursive: true);

    private Journal Open(long segmentOctets = 1 << 20) => new(_directory, segmentOctets, NullLogger.Instance);

    private string[] Files => System.IO.Directory.GetFiles(_directory, "*.log");

    private static byte[] Line(FinalRow row)
    {
        var line = new ArrayBufferWriter<byte>();
        JournalLine.Write(line, row);
        return line.WrittenSpan.ToArray();
    }

    private static FinalRow Row(string mailId, string subject = "s") => Rows.Final(Records.Clean(mailId) with { Subject = subject });

    private async Task<(List<string> MailIds, long Damaged)> ReadAsync(byte[] octets)
    {
        var path = Path.Combine(_directory, "read.log");
        await File.WriteAllBytesAsync(path, octets);
        using var reader = new JournalReader(path, 0);
        var mailIds = new List<string>();
        while (await reader.ReadAsync(CancellationToken.None) is { } row)
            mailIds.Add(row.Arrival.MailId);
        return (mailIds, reader.DamagedOctets);
    }

    [Fact]
    public void Any_row_is_read_as_it_was_written() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>().Generator.Three().ToArbitrary(), texts =>
        {
            var (subject, from, response) = texts;
            var record = Records.Clean("p1", recipients: ["a@b.test", "c@d.test"]);
            var row = Rows.Final(record with { Subject = subject ?? "", From = from ?? "", Explanation = subject ?? "", Recipients = [.. record.Recipients.Select(r => r with { SmtpResponse = response ?? "" })] });
            var line = Line(row);
            line.Count(b => b == '\n').ShouldBe(1);
            JournalLine.ReadHeader(line, out var checksum).ShouldBe(line.Length - JournalLine.HeaderOctets - 1);
            var payload = line.AsMemory(JournalLine.HeaderOctets, line.Length - JournalLine.HeaderOctets - 1);
            JournalLine.Checksum(payload.Span).ShouldBe(checksum);
            var read = RowCodec.Read(payload)!;
            (read with { Recipients = [] }).ShouldBe(row with { Recipients = read.Recipients.Take(0).ToList() }, Same);
            read.Recipients.ShouldBe(row.Recipients);
        }).QuickCheckThrowOnFailure();

    private static readonly IEqualityComparer<FinalRow> Same = EqualityComparer<FinalRow>.Create(
        (a, b) => a! with { Recipients = Array.Empty<RecipientRow>() } == b! with { Recipients = Array.Empty<RecipientRow>() });

    [Fact]
    public void Reading_survives_any_octets() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), octets =>
        {
            JournalLine.ReadHeader(octets, out _).ShouldBeInRange(-1, JournalLine.MaxPayloadOctets);
            RowCodec.Read(octets).ShouldBeNull();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Every_cut_of_a_journal_gives_the_whole_records_before_it()
    {
        byte[] octets = [.. Line(Row("a")), .. Line(Row("b", "caf\u00e9")), .. Line(Row("c"))];
        var ends = new[] { Line(Row("a")).Length, Line(Row("a")).Length + Line(Row("b", "caf\u00e9")).Length, octets.Length };
        for (var cut = 0; cut <= octets.Length; cut += 13)
        {
            var (mailIds, damaged) = await ReadAsync(octets[..cut]);
            mailIds.Count.ShouldBe(ends.Count(e => e <= cut));
            damaged.ShouldBe(0);
        }
    }

    [Fact]
    public async Task A_damaged_record_does_not_take_the_next_one_with_it()
    {
        var (a, b, c) = (Line(Row("a")), Line(Row("b")), Line(Row("c")));
        for (var at = 0; at < b.Length - 1; at++)
        {
            var damaged = (byte[])b.Clone();
            damaged[at] ^= 1;
            var (mailIds, octets) = await ReadAsync([.. a, .. damaged, .. c]);
            mailIds.ShouldBe(["a", "c"], $"at {at}");
            octets.ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public void A_segment_goes_when_all_its_records_are_stored()
    {
        using var journal = Open(segmentOctets: 1);
        var first = journal.Append(Line(Row("a")), () => true)!;
        var second = journal.Append(Line(Row("b")), () => true)!;
        Files.Length.ShouldBe(2);
        journal.Complete(second, 1);
        Files.ShouldBe([first.Path]);
        journal.Complete(first, 1);
        Files.ShouldBeEmpty();
    }

    [Fact]
    public void An_open_segment_that_is_not_needed_goes_when_there_is_time()
    {
        using var journal = Open();
        var segment = journal.Append(Line(Row("a")), () => true)!;
        journal.RetireIdle();
        Files.Length.ShouldBe(1);
        journal.Complete(segment, 1);
        Files.Length.ShouldBe(1);
        journal.RetireIdle();
        Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task From_the_first_record_that_had_no_room_a_segment_is_read_back()
    {
        using var journal = Open();
        var inMemory = journal.Append(Line(Row("a")), () => true)!;
        journal.Append(Line(Row("b")), () => false).ShouldBeNull();
        journal.Append(Line(Row("c")), () => true).ShouldBeNull();
        journal.Complete(inMemory, 1);

        var spilled = journal.NextSpilled()!;
        spilled.ShouldBe(inMemory);
        spilled.Spilled.ShouldBe(2);
        using var replay = new Replay(spilled);
        (await replay.NextAsync(10, CancellationToken.None)).Select(r => r.Arrival.MailId).ShouldBe(["b", "c"]);
        journal.CompleteSpilled(spilled);
        journal.NextSpilled().ShouldBeNull();
        Files.ShouldBeEmpty();
    }

    [Fact]
    public void What_was_left_behind_is_found_and_numbers_go_on()
    {
        using (var journal = Open())
            journal.Append(Line(Row("a")), () => true);
        using (var journal = Open())
        {
            journal.Leftover.Count.ShouldBe(1);
            journal.Append(Line(Row("b")), () => true)!.Path.ShouldNotBe(journal.Leftover[0].Path);
        }
        Files.Length.ShouldBe(2);
    }

    [Fact]
    public void Syncing_goes_together_with_everything_else()
    {
        using var journal = Open(segmentOctets: 1000);
        Parallel.For(0, 300, i =>
        {
            if (i % 10 == 0)
                journal.Sync();
            var segment = journal.Append(Line(Row("m" + i)), () => true)!;
            journal.Complete(segment, 1);
        });
        journal.RetireIdle();
        Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_journal_of_another_kind_is_kept_for_a_look()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "000000000005.log"), "no journal at all\n", Encoding.ASCII);
        using var journal = Open();
        var segment = journal.NextSpilled()!;
        using (var replay = new Replay(segment))
        {
            (await replay.NextAsync(10, CancellationToken.None)).ShouldBeEmpty();
            replay.IsDamaged.ShouldBeTrue();
        }
        journal.PutAside(segment, 18, null);
        Files.ShouldBeEmpty();
        File.Exists(segment.Path + ".damaged").ShouldBeTrue();
    }
}
