using Amavis.Protocols.AmPdp;
using System.Collections.Frozen;
using Amavis.Core.Categories;
using Amavis.Core.Policy;
using Amavis.Data.Console;
using Amavis.Testing;
using Amavis.Web.Components.Shared;
using Amavis.Web.Content;
using Amavis.Web.Hosting;
using Amavis.Web.Navigation;
using Amavis.Web.Releasing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Amavis.Web.Tests;

public sealed class PieceTests
{
    [Theory]
    [InlineData("Return-Path: <a>\nX-Spam-Status: Yes,\n tests=1\nReceived: x\n", "Received: x\n")]
    [InlineData("Subject: x\nX-Spam-Flag: YES\n", "Subject: x\nX-Spam-Flag: YES\n")]
    [InlineData("X-Quarantine-ID: <a>\r\nSubject: x\r\n", "Subject: x\r\n")]
    [InlineData("delivered-to: q\n\nbody", "\nbody")]
    [InlineData(" folded first\n", " folded first\n")]
    [InlineData("X-Spam-Flag: no line end", "X-Spam-Flag: no line end")]
    [InlineData("", "")]
    public void The_message_begins_after_the_fields_put_before_it(string stored, string message)
    {
        var octets = Octets.Of(stored);
        Octets.Text(octets.AsSpan(StoredHeader.Length(octets))).ShouldBe(message);
    }

    [Theory]
    [InlineData("invoice.pdf", "invoice.pdf")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("C:\\temp\\a.exe", "a.exe")]
    [InlineData("a\r\nSet-Cookie: x", "x")]
    [InlineData("inv\u202efdp.exe", "invfdp.exe")]
    [InlineData("...", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void File_names_are_last_pieces_without_tricks(string? name, string? expected) => ContentEndpoints.FileName(name).ShouldBe(expected);

    [Theory]
    [InlineData("/messages?x=1", "/messages?x=1")]
    [InlineData("/", "/")]
    [InlineData("//evil", "/")]
    [InlineData("/\\evil", "/")]
    [InlineData("http://evil", "/")]
    [InlineData("/a\r\nb", "/")]
    [InlineData("", "/")]
    [InlineData(null, "/")]
    public void Addresses_to_return_to_are_our_own(string? given, string expected) => Links.Local(given).ShouldBe(expected);

    [Fact]
    public void A_search_is_read_from_the_address_it_was_written_to()
    {
        var filter = new TraceFilter
        {
            Sender = "a&b=c@d.test",
            Recipient = "@x.test",
            Subject = "100% + more",
            Since = new DateTimeOffset(2026, 11, 1, 8, 30, 0, TimeSpan.Zero),
            Before = new DateTimeOffset(2026, 11, 2, 0, 0, 0, TimeSpan.Zero),
            Verdicts = ['V', 'S'],
            Statuses = ['D', '?'],
            Direction = MailDirection.Outbound,
            MinScore = -4.5,
            MaxScore = 6.9,
            MailId = "abc",
            QueueId = "Q1",
            ClientAddress = "2001:db8::1",
            MessageId = "<x@y>",
            LogId = "1-1",
            Response = "INFECTED",
            Unfinished = true,
            Quarantined = true,
        };
        var read = TraceAddress.Read(Query(Links.Trace(filter, "1.0-a")), new Times(TimeProvider.System));
        (read with { Verdicts = [], Statuses = [] }).ShouldBe(filter with { Verdicts = [], Statuses = [] });
        read.Verdicts.ShouldBe(filter.Verdicts);
        read.Statuses.ShouldBe(filter.Statuses);
        Links.Trace(TraceFilter.Empty).ShouldBe("/messages");
        read.IsEmpty.ShouldBeFalse();
        TraceFilter.Empty.IsEmpty.ShouldBeTrue();
        (TraceFilter.Empty with { Verdicts = new List<char>() }).IsEmpty.ShouldBeTrue();
    }

    [Theory]
    [InlineData(null, new[] { "10024", "/run/amavis/release.sock" }, "SOCK", "/run/amavis/release.sock")]
    [InlineData(null, new[] { "10024", "9998" }, "9998", "127.0.0.1:9998")]
    [InlineData(null, new[] { "*:9998" }, "9998", "127.0.0.1:9998")]
    [InlineData(null, new[] { "10024" }, "9998", null)]
    [InlineData("[::1]:99", new[] { "9998" }, "9998", "[::1]:99")]
    public void The_daemon_is_asked_where_its_configuration_says(string? given, string[] sockets, string key, string? expected)
    {
        var settings = new Settings
        {
            ListenSockets = sockets,
            InterfacePolicy = new Dictionary<string, string> { [key] = "RELEASE" }.ToFrozenDictionary(),
            PolicyBanks = new Dictionary<string, PolicyBank> { ["RELEASE"] = new("RELEASE", s => s with { Protocol = "AM.PDP" }) }.ToFrozenDictionary(),
            Web = new WebSettings { ReleaseSocket = given },
        };
        ReleaseEndpoint.Find(settings)?.ToString().ShouldBe(expected);
        (ReleaseEndpoint.Find(settings) is null).ShouldBe(expected is null);
    }

    [Theory]
    [InlineData(7.5, 2, 5, 6.9)]
    [InlineData(-3, 2, 5, 6.9)]
    [InlineData(5000, -999, 5, 999)]
    [InlineData(0, 0, 0, 0)]
    [InlineData(double.NaN, 1, 2, 3)]
    public void Score_and_levels_have_their_place_on_the_line(double score, double tag, double tag2, double kill)
    {
        var scale = new ScoreScale(score, tag, tag2, kill);
        foreach (var at in scale.Levels.Select(l => l.At).Append(scale.At ?? 0))
            at.ShouldBeInRange(0, 700);
        scale.Levels.Select(l => l.At).ShouldBeInOrder();
    }

    private static IQueryCollection Query(string address) =>
        new QueryCollection(QueryHelpers.ParseQuery(address[address.IndexOf('?')..]).ToDictionary(p => p.Key, p => p.Value));
}
