using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Engine.Spooling;
using Amavis.Testing;

namespace Amavis.Engine.Tests;

public sealed class SpoolTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8191)]
    [InlineData(100_000)]
    [InlineData(3_000_000)]
    public void What_was_written_is_read_from_memory_and_from_a_file(int length)
    {
        var octets = new byte[length];
        new Random(length).NextBytes(octets);
        var factory = new SpoolFactory(_directory.Path, new SpoolLimits(MemoryPerMessage: 1 << 20), new CounterSet());
        using (var spool = Write(factory, octets))
        {
            spool.Length.ShouldBe(length);
            spool.Chunks().SelectMany(c => c.ToArray()).SequenceEqual(octets).ShouldBeTrue();
            using var stream = spool.OpenRead(length / 3, length / 2);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            copy.ToArray().SequenceEqual(octets.Skip(length / 3).Take(length / 2)).ShouldBeTrue();
        }
        factory.MemoryInUse.ShouldBe(0);
        Directory.EnumerateFiles(_directory.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Memory_is_bounded_over_all_messages()
    {
        var factory = new SpoolFactory(_directory.Path, new SpoolLimits(MemoryPerMessage: 1 << 20, MemoryInAll: 256 << 10), new CounterSet());
        var spools = Enumerable.Range(0, 20).Select(_ => Write(factory, new byte[200_000])).ToList();
        factory.MemoryInUse.ShouldBeLessThanOrEqualTo(256 << 10);
        spools.ShouldAllBe(s => s.Length == 200_000);
        spools.ForEach(s => s.Dispose());
        factory.MemoryInUse.ShouldBe(0);
    }

    [Fact]
    public void A_message_given_up_leaves_nothing()
    {
        var factory = new SpoolFactory(_directory.Path, new SpoolLimits(MemoryPerMessage: 1 << 20), new CounterSet());
        using (var writer = factory.Create())
            writer.Write(new byte[3_000_000]);
        factory.MemoryInUse.ShouldBe(0);
        Directory.EnumerateFiles(_directory.Path).ShouldBeEmpty();
    }

    [Fact]
    public void A_directory_that_takes_no_files_is_a_full_spool() =>
        Should.Throw<SpoolFullException>(() =>
        {
            var factory = new SpoolFactory(Path.Combine(_directory.Path, "missing"), new SpoolLimits(MemoryPerMessage: 0, MemoryInAll: 0), new CounterSet());
            using var writer = factory.Create();
            writer.Write(new byte[10]);
        });

    private static Spool Write(SpoolFactory factory, byte[] octets)
    {
        using var writer = factory.Create();
        for (var at = 0; at < octets.Length; at += 7001)
            writer.Write(octets.AsSpan(at, Math.Min(7001, octets.Length - at)));
        return writer.Complete(SpoolFacts.None);
    }
}
