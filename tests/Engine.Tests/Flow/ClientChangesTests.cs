using Amavis.Core.Messages;
using Amavis.Engine.Delivery;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Flow;

/// <summary>From a whole copy to what a client has to change.</summary>
public sealed class ClientChangesTests
{
    private const string Original = "Received: from mta\nSubject: hi\nX-Spam-Flag: NO\nFrom: ann@example.org\nX-Spam-Flag: NO\nContent-Type: text/plain\n\nhello\n";

    private static (string Header, string Body) Between(string original, string copy)
    {
        using var changes = ClientChanges.Between(HeaderSection.Parse(Octets.Crlf(original)), new MemorySpool(Octets.Crlf(copy)));
        var body = changes.TakeBody()!;
        changes.TakeBody().ShouldBeNull();
        var header = string.Join('|', changes.Header.Select(c => $"{c.Kind} {c.Name} {c.Occurrence} {c.Body}".TrimEnd()));
        return (header, Octets.Text(body.Chunks().SelectMany(c => c.ToArray()).ToArray()));
    }

    [Fact]
    public void Equal_messages_need_no_changes_of_the_header() =>
        Between(Original, Original).ShouldBe(("", "hello\r\n"));

    [Fact]
    public void New_fields_go_to_the_top_and_missing_ones_are_taken_out_from_the_bottom_up() =>
        Between(Original, "X-A: 1\nX-B: folded\n\tbody\nReceived: from mta\nSubject: hi\nFrom: ann@example.org\nContent-Type: text/plain\n\nnew\n")
            .ShouldBe(("Delete X-Spam-Flag 2|Delete X-Spam-Flag 1|Insert X-A 0 1|Insert X-B 0 folded\n\tbody", "new\r\n"));

    [Fact]
    public void Field_in_the_place_of_another_of_its_name_replaces_it() =>
        Between(Original, "Received: from mta\nSubject: [x] hi\nX-Spam-Flag: NO\nFrom: ann@example.org\nX-Spam-Flag: YES\nContent-Type: text/plain\n\nhello\n").Header
            .ShouldBe("Replace X-Spam-Flag 2 YES|Replace Subject 1 [x] hi");

    [Fact]
    public void Message_around_the_original_has_a_header_of_its_own() =>
        Between(Original, "MIME-Version: 1.0\nContent-Type: multipart/mixed;\n boundary=b\nSubject: [x] hi\nReceived: from mta\nFrom: ann@example.org\n\n--b\n").Header
            .ShouldBe("Delete Content-Type 1|Delete X-Spam-Flag 2|Delete X-Spam-Flag 1|Delete Subject 1|Insert MIME-Version 0 1.0|Insert Content-Type 0 multipart/mixed;\n boundary=b|Insert Subject 0 [x] hi");

    [Fact]
    public void The_field_of_the_clients_own_hop_is_not_touched() =>
        Between(Original, "Subject: hi\nX-Spam-Flag: NO\nFrom: ann@example.org\nX-Spam-Flag: NO\nContent-Type: text/plain\n\nhello\n").Header.ShouldBe("");

    [Fact]
    public void Body_that_nobody_takes_is_given_back()
    {
        var spool = new CountedSpool();
        ClientChanges.Between(HeaderSection.Parse(Octets.Crlf(Original)), spool).Dispose();
        spool.Disposed.ShouldBe(1);

        var other = new CountedSpool();
        using (var changes = ClientChanges.Between(HeaderSection.Parse(Octets.Crlf(Original)), other))
            ((IDisposable)changes.TakeBody()!).Dispose();
        other.Disposed.ShouldBe(1);
    }

    private sealed class CountedSpool : Spool
    {
        private readonly MemorySpool _inner = new(Octets.Crlf(Original));

        public int Disposed { get; private set; }

        public override long Length => _inner.Length;

        public override SpoolFacts Facts => _inner.Facts;

        public override int Read(long offset, Span<byte> destination) => _inner.Read(offset, destination);

        public override IEnumerable<ReadOnlyMemory<byte>> Chunks(long offset, long length) => _inner.Chunks(offset, length);

        public override Stream OpenRead(long offset, long length) => _inner.OpenRead(offset, length);

        public override void Dispose() => Disposed++;
    }
}
