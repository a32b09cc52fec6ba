using System.Net;
using Amavis.Dns.Messages;
using Amavis.Dns.Resolving;
using Microsoft.Extensions.Time.Testing;

namespace Amavis.Dns.Tests.Resolving;

public sealed class AnswerCacheTests
{
    private static readonly ResolverOptions Options = new() { Servers = [], CacheEntries = 3, CacheOctets = 4000 };

    private readonly FakeTimeProvider _clock = new();
    private readonly AnswerCache _cache;

    public AnswerCacheTests() => _cache = new AnswerCache(_clock);

    private static DnsQuestion Question(string name) => new(name, RecordType.TXT);

    private static DnsAnswer Text(int octets = 10) => new(DnsStatus.Found, [new DnsRecord.Text("x", 1, [new byte[octets]])], "");

    private void Keep(string name, int seconds = 60, int octets = 10) => _cache.Keep(Question(name), Text(octets), TimeSpan.FromSeconds(seconds), Options);

    [Fact]
    public void An_answer_is_known_until_its_time_is_over()
    {
        Keep("A");
        _cache.Find(Question("a")).ShouldNotBeNull();
        _clock.Advance(TimeSpan.FromSeconds(59));
        _cache.Find(Question("a")).ShouldNotBeNull();
        _clock.Advance(TimeSpan.FromSeconds(1));
        _cache.Find(Question("a")).ShouldBeNull();
        _cache.Count.ShouldBe(0);
    }

    [Fact]
    public void F19_a_clock_that_jumps_changes_nothing()
    {
        var clock = new SteadyClock();
        var cache = new AnswerCache(clock);
        cache.Keep(Question("a"), Text(), TimeSpan.FromSeconds(60), Options);
        clock.Now = clock.Now.AddYears(10);
        cache.Find(Question("a")).ShouldNotBeNull();
        clock.Now = clock.Now.AddYears(-20);
        cache.Find(Question("a")).ShouldNotBeNull();
        clock.Elapsed = TimeSpan.FromSeconds(60);
        cache.Find(Question("a")).ShouldBeNull();
    }

    /// <summary>Its hands can be moved without time passing.</summary>
    private sealed class SteadyClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch.AddYears(50);
        public TimeSpan Elapsed { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Elapsed.Ticks;
    }

    [Fact]
    public void What_was_used_least_recently_goes_first()
    {
        Keep("a");
        Keep("b");
        Keep("c");
        _cache.Find(Question("a"));
        Keep("d");
        _cache.Find(Question("b")).ShouldBeNull();
        _cache.Find(Question("a")).ShouldNotBeNull();
        _cache.Count.ShouldBe(3);
    }

    [Fact]
    public void Octets_are_bounded_as_well()
    {
        Keep("a");
        Keep("b", octets: 3000);
        Keep("c", octets: 3000);
        _cache.Count.ShouldBe(1);
        Keep("d", octets: 10_000);
        _cache.Find(Question("d")).ShouldBeNull();
        _cache.Find(Question("c")).ShouldNotBeNull();
    }

    [Fact]
    public void An_answer_without_a_life_is_not_kept()
    {
        Keep("a", 0);
        _cache.Count.ShouldBe(0);
    }

    [Fact]
    public void A_newer_answer_takes_the_place_of_the_older()
    {
        Keep("a", 10);
        _cache.Keep(Question("a"), new DnsAnswer(DnsStatus.NoName, [new DnsRecord.Address("a", 1, IPAddress.Any)], "gone"), TimeSpan.FromSeconds(90), Options);
        _clock.Advance(TimeSpan.FromSeconds(60));
        _cache.Find(Question("a"))!.Status.ShouldBe(DnsStatus.NoName);
    }
}
