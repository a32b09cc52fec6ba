using System.Net;
using Amavis.Dns.Messages;
using Amavis.Dns.Resolving;
using Amavis.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Amavis.Dns.Tests.Resolving;

public sealed class DnsResolverTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly DnsServer _server = new();
    private readonly List<DnsResolver> _resolvers = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var resolver in _resolvers)
            await resolver.DisposeAsync();
        await _server.DisposeAsync();
    }

    private DnsResolver Resolver(params IPEndPoint[] servers)
    {
        var resolver = new DnsResolver(new ResolverOptions { Servers = servers.Length == 0 ? [_server.EndPoint] : servers }, _clock);
        _resolvers.Add(resolver);
        return resolver;
    }

    private static ValueTask<DnsAnswer> Ask(DnsResolver resolver, string name, RecordType type = RecordType.TXT) => resolver.AskAsync(name, type, CancellationToken.None);

    /// <summary>Moves the clock on until the answer is there.</summary>
    private async Task<DnsAnswer> AskAsTimePasses(DnsResolver resolver, string name)
    {
        var answer = Ask(resolver, name).AsTask();
        await Waiting.UntilAsync(_ =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(200));
            return Task.FromResult(answer.IsCompleted);
        }, TimeSpan.FromSeconds(30), CancellationToken.None);
        return await answer;
    }

    [Fact]
    public async Task Records_of_all_kinds_are_found()
    {
        _server.AddText("t.example", "hello")
            .Add(new DnsRecord.Address("a.example", 5, IPAddress.Parse("192.0.2.1"))).Add(new DnsRecord.Address("a.example", 5, IPAddress.Parse("2001:db8::1")))
            .Add(new DnsRecord.MailExchange("a.example", 5, 10, "mx.example"))
            .Add(new DnsRecord.Named("1.2.0.192.in-addr.arpa", 5, RecordType.PTR, "a.example"))
            .Add(new DnsRecord.Named("alias.example", 5, RecordType.CNAME, "t.example"));
        var resolver = Resolver();
        (await Ask(resolver, "t.example")).Texts.ShouldBe(["hello"]);
        (await Ask(resolver, "ALIAS.example.")).Texts.ShouldBe(["hello"]);
        (await Ask(resolver, "a.example", RecordType.A)).Records.ShouldBe([new DnsRecord.Address("a.example", 5, IPAddress.Parse("192.0.2.1"))]);
        (await Ask(resolver, "a.example", RecordType.AAAA)).Records.ShouldBe([new DnsRecord.Address("a.example", 5, IPAddress.Parse("2001:db8::1"))]);
        (await Ask(resolver, "a.example", RecordType.MX)).Records.ShouldBe([new DnsRecord.MailExchange("a.example", 5, 10, "mx.example")]);
        (await Ask(resolver, "1.2.0.192.in-addr.arpa", RecordType.PTR)).Records.ShouldBe([new DnsRecord.Named("1.2.0.192.in-addr.arpa", 5, RecordType.PTR, "a.example")]);
        (await Ask(resolver, "alias.example", RecordType.CNAME)).Records.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_too_long_for_UDP_comes_over_TCP()
    {
        _server.AddText("long.example", new string('x', 60_000));
        (await Ask(Resolver(), "long.example")).Texts.Single().Length.ShouldBe(60_000);
        _server.OverTcp.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_known_is_not_asked_again_until_its_time_is_over()
    {
        _server.AddText("t.example", "hello", 60);
        var resolver = Resolver();
        await Ask(resolver, "t.example");
        await Ask(resolver, "T.EXAMPLE");
        _server.Questions.Count.ShouldBe(1);
        _clock.Advance(TimeSpan.FromSeconds(60));
        await Ask(resolver, "t.example");
        _server.Questions.Count.ShouldBe(2);
    }

    [Fact]
    public async Task That_a_name_does_not_exist_is_remembered_too()
    {
        var resolver = Resolver();
        (await Ask(resolver, "none.example")).Status.ShouldBe(DnsStatus.NoName);
        (await Ask(resolver, "none.example")).Reason.ShouldBe("none.example does not exist");
        _server.AddText("t.example", "x");
        (await Ask(resolver, "t.example", RecordType.A)).Status.ShouldBe(DnsStatus.NoData);
        (await Ask(resolver, "t.example", RecordType.A)).Status.ShouldBe(DnsStatus.NoData);
        _server.Questions.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Many_askers_are_answered_by_one_question()
    {
        using var held = new ManualResetEventSlim();
        _server.AddText("t.example", "hello");
        _server.Respond = (server, query, tcp) =>
        {
            held.Wait();
            return DnsMessageWriter.Write(server.FromZone(query, tcp));
        };
        var resolver = Resolver();
        var asking = Enumerable.Range(0, 50).Select(_ => Ask(resolver, "t.example").AsTask()).ToList();
        using var impatient = new CancellationTokenSource();
        var leaving = resolver.AskAsync("t.example", RecordType.TXT, impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(leaving);
        held.Set();
        (await Task.WhenAll(asking)).ShouldAllBe(a => a.Status == DnsStatus.Found);
        _server.Questions.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("wrong id")]
    [InlineData("wrong question")]
    [InlineData("garbage")]
    [InlineData("a query")]
    public async Task Forged_answers_are_not_taken(string forgery)
    {
        _server.AddText("t.example", "true");
        var first = true;
        _server.Respond = (server, query, tcp) =>
        {
            if (!first)
                return DnsMessageWriter.Write(server.FromZone(query, tcp));
            first = false;
            var forged = server.FromZone(query, tcp) with { Answers = [new DnsRecord.Text("t.example", 300, ["forged"u8.ToArray()])] };
            return forgery switch
            {
                "wrong id" => DnsMessageWriter.Write(forged with { Id = (ushort)(forged.Id + 1) }),
                "wrong question" => DnsMessageWriter.Write(forged with { Questions = [new DnsQuestion("u.example", RecordType.TXT)] }),
                "a query" => DnsMessageWriter.Write(forged with { IsResponse = false }),
                _ => [1, 2, 3],
            };
        };
        (await AskAsTimePasses(Resolver(), "t.example")).Texts.ShouldBe(["true"]);
    }

    [Fact]
    public async Task Ids_and_ports_are_not_the_same_twice()
    {
        var ids = new List<ushort>();
        _server.Respond = (server, query, tcp) =>
        {
            ids.Add(query.Id);
            return DnsMessageWriter.Write(server.FromZone(query, tcp));
        };
        var resolver = Resolver();
        for (var i = 0; i < 20; i++)
            await Ask(resolver, $"n{i}.example");
        ids.Distinct().Count().ShouldBeGreaterThan(15);
    }

    [Fact]
    public async Task F20_a_server_that_fails_or_refuses_is_passed_over()
    {
        await using var other = new DnsServer();
        other.AddText("t.example", "from the other");
        _server.Fail("t.example", ResponseCode.ServerFailure);
        var resolver = Resolver(_server.EndPoint, other.EndPoint);
        (await Ask(resolver, "t.example")).Texts.ShouldBe(["from the other"]);
    }

    [Fact]
    public async Task F20_when_all_fail_the_reason_is_told_and_the_question_rests_a_while()
    {
        _server.Fail("t.example", ResponseCode.Refused);
        var resolver = Resolver();
        var answer = await Ask(resolver, "t.example");
        answer.Status.ShouldBe(DnsStatus.Failed);
        answer.Reason.ShouldBe($"{_server.EndPoint}: answers Refused");
        _server.Questions.Count.ShouldBe(2);
        await Ask(resolver, "t.example");
        _server.Questions.Count.ShouldBe(2);
        _clock.Advance(TimeSpan.FromSeconds(6));
        await Ask(resolver, "t.example");
        _server.Questions.Count.ShouldBe(4);
    }

    [Fact]
    public async Task F20_a_dead_DNS_costs_ten_seconds_at_most_and_then_less()
    {
        _server.Respond = (_, _, _) => null;
        var resolver = Resolver(_server.EndPoint, _server.EndPoint, _server.EndPoint);
        var start = _clock.GetTimestamp();
        (await AskAsTimePasses(resolver, "a.example")).Status.ShouldBe(DnsStatus.Failed);
        _clock.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(11));
        start = _clock.GetTimestamp();
        (await AskAsTimePasses(resolver, "b.example")).Reason.ShouldEndWith("no answer");
        _clock.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task F20_a_server_that_does_not_answer_is_asked_last_until_it_does()
    {
        await using var other = new DnsServer();
        other.AddText("a.example", "1").AddText("b.example", "2");
        _server.Respond = (_, _, _) => null;
        var resolver = Resolver(_server.EndPoint, other.EndPoint);
        (await AskAsTimePasses(resolver, "a.example")).Texts.ShouldBe(["1"]);
        (await Ask(resolver, "b.example")).Texts.ShouldBe(["2"]);
        _server.Questions.Count.ShouldBe(1);
    }

    [Fact]
    public async Task F20_nobody_at_the_port_is_noticed_at_once()
    {
        var port = FreePorts.Take(1)[0];
        var answer = await Ask(Resolver(new IPEndPoint(IPAddress.Loopback, port)), "t.example");
        answer.Status.ShouldBe(DnsStatus.Failed);
        answer.Reason.ShouldContain("refused", Case.Insensitive);
    }

    [Fact]
    public async Task A_server_without_EDNS_is_asked_without_it()
    {
        _server.AddText("t.example", "old");
        _server.Respond = (server, query, tcp) => DnsMessageWriter.Write(query.UdpPayload is null
            ? server.FromZone(query, tcp)
            : new DnsMessage { Id = query.Id, IsResponse = true, Code = ResponseCode.FormatError });
        (await Ask(Resolver(), "t.example")).Texts.ShouldBe(["old"]);
    }

    [Fact]
    public async Task An_alias_that_leads_out_of_the_response_is_asked_for()
    {
        _server.AddText("far.example", "hello").Add(new DnsRecord.Named("near.example", 5, RecordType.CNAME, "far.example"));
        _server.Respond = (server, query, tcp) =>
        {
            var whole = server.FromZone(query, tcp);
            return DnsMessageWriter.Write(whole with { Answers = [whole.Answers[0]] });
        };
        (await Ask(Resolver(), "near.example")).Texts.ShouldBe(["hello"]);
        _server.Questions.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Aliases_without_end_are_given_up()
    {
        _server.Respond = (server, query, tcp) =>
        {
            var name = query.Questions[0].Name;
            return DnsMessageWriter.Write(server.FromZone(query, tcp) with
            {
                Code = ResponseCode.NoError,
                Authorities = [],
                Answers = [new DnsRecord.Named(name, 5, RecordType.CNAME, "x" + name)],
            });
        };
        (await Ask(Resolver(), "a.example")).Status.ShouldBe(DnsStatus.Failed);
        _server.Questions.Count.ShouldBeLessThan(10);
    }

    [Theory]
    [InlineData("a..b")]
    [InlineData("bücher.example")]
    [InlineData("\r\n")]
    public async Task What_is_no_name_is_not_asked(string name)
    {
        (await Ask(Resolver(), name)).Status.ShouldBe(DnsStatus.NoName);
        _server.Questions.ShouldBeEmpty();
    }

    [Fact]
    public async Task Other_servers_can_be_used_from_now_on()
    {
        await using var other = new DnsServer();
        other.AddText("t.example", "other");
        _server.AddText("t.example", "first");
        var resolver = Resolver();
        (await Ask(resolver, "t.example")).Texts.ShouldBe(["first"]);
        resolver.Use(new ResolverOptions { Servers = [other.EndPoint] });
        (await Ask(resolver, "t.example")).Texts.ShouldBe(["other"]);
    }

    [Fact]
    public async Task The_end_of_the_resolver_ends_what_is_being_asked()
    {
        _server.Respond = (_, _, _) => null;
        var resolver = new DnsResolver(new ResolverOptions { Servers = [_server.EndPoint] }, _clock);
        var asked = Ask(resolver, "t.example").AsTask();
        await Waiting.UntilAsync(_ => Task.FromResult(_server.Questions.Count > 0), TimeSpan.FromSeconds(30), CancellationToken.None);
        await resolver.DisposeAsync();
        (await asked).Status.ShouldBe(DnsStatus.Failed);
        (await Ask(resolver, "u.example")).Reason.ShouldBe("shutting down");
    }
}
