using System.Net;
using Amavis.Dns.Messages;
using Amavis.Dns.Resolving;

namespace Amavis.Dns.Tests.Resolving;

public sealed class AnswerReaderTests
{
    private static readonly DnsQuestion Question = new("a.example", RecordType.A);
    private static readonly DnsRecord.StartOfAuthority Authority = new("example", 100, "ns", "mail", 1, 50);

    private static DnsRecord Alias(string from, string to, uint life = 10) => new DnsRecord.Named(from, life, RecordType.CNAME, to);

    private static DnsRecord Address(string name, uint life = 20) => new DnsRecord.Address(name, life, IPAddress.Loopback);

    private static ReadAnswer Read(DnsMessage response)
    {
        var aliases = 0;
        return AnswerReader.Read(response, Question, ref aliases);
    }

    [Fact]
    public void Records_of_other_names_and_types_do_not_count()
    {
        var read = Read(new DnsMessage { Answers = [Address("other.example"), new DnsRecord.MailExchange("a.example", 9, 1, "b"), Address("A.EXAMPLE")] });
        read.Answer!.Records.Count.ShouldBe(1);
        read.Life.ShouldBe(20u);
    }

    [Fact]
    public void Aliases_are_followed_in_any_order_and_the_shortest_life_counts()
    {
        var read = Read(new DnsMessage { Answers = [Address("c.example"), Alias("b.example", "c.example", 5), Alias("a.example", "b.example")] });
        read.Answer!.Status.ShouldBe(DnsStatus.Found);
        read.Life.ShouldBe(5u);
    }

    [Fact]
    public void Aliases_in_a_circle_fail() =>
        Read(new DnsMessage { Answers = [Alias("a.example", "b.example"), Alias("b.example", "a.example")] }).Answer!.Status.ShouldBe(DnsStatus.Failed);

    [Fact]
    public void An_alias_that_leads_out_of_the_response_is_to_be_asked_for()
    {
        var read = Read(new DnsMessage { Answers = [Alias("a.example", "far.example")] });
        read.Answer.ShouldBeNull();
        read.Alias.ShouldBe("far.example");
    }

    [Fact]
    public void That_there_is_nothing_lives_as_long_as_the_authority_says()
    {
        var read = Read(new DnsMessage { Authorities = [Authority] });
        (read.Answer!.Status, read.Life).ShouldBe((DnsStatus.NoData, 50u));
        read = Read(new DnsMessage { Code = ResponseCode.NameError, Authorities = [Authority with { TimeToLive = 7 }] });
        (read.Answer!.Status, read.Life).ShouldBe((DnsStatus.NoName, 7u));
        read = Read(new DnsMessage { Code = ResponseCode.NameError });
        (read.Answer!.Status, read.Life).ShouldBe((DnsStatus.NoName, 0u));
    }
}
