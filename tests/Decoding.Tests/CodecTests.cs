using Amavis.Decoding.Archives;
using Amavis.Decoding.Codecs;
using Amavis.Decoding.Storage;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Decoding.Tests;

/// <summary>Codecs: what was compressed comes back, whatever octets come do no harm.</summary>
public class CodecTests
{
    private static readonly Arbitrary<byte[]> Contents = Gen.Choose(0, 200_000).SelectMany(length => Gen.Choose(1, 256).SelectMany(range =>
        Gen.Choose(0, int.MaxValue).Select(seed => Content(length, range, seed)))).ToArbitrary();

    // Octets from a narrow or wide range, with runs and repetitions.
    private static byte[] Content(int length, int range, int seed)
    {
        var random = new Random(seed);
        var octets = new byte[length];
        for (var at = 0; at < length;)
        {
            var run = Math.Min(length - at, random.Next(1, 600));
            if (at > 0 && random.Next(3) == 0)
                for (int from = random.Next(at), index = 0; index < run; index++)
                    octets[at + index] = octets[from + index];
            else if (random.Next(4) == 0)
                octets.AsSpan(at, run).Fill((byte)random.Next(range));
            else
                for (var index = 0; index < run; index++)
                    octets[at + index] = (byte)random.Next(range);
            at += run;
        }
        return octets;
    }

    [Fact]
    public void P5_inflating_undoes_deflating() => Prop.ForAll(Contents, content =>
    {
        using var inflater = new Inflater();
        foreach (var source in Sources(Archived.Deflate(content)))
        {
            var (result, output) = Run(source, (input, sink) => inflater.Run(input, sink, deflate64: false), out var left);
            result.ShouldBe(CodecResult.Complete);
            left.ShouldBe(0);
            output.AsSpan().SequenceEqual(content).ShouldBeTrue();
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void P5_bunzip2_undoes_bzip2() => Prop.ForAll(Contents, content =>
    {
        using var decoder = new Bzip2Decoder();
        foreach (var source in Sources(Archived.Bzip2(content)))
        {
            var (result, output) = Run(source, decoder.Run, out _);
            result.ShouldBe(CodecResult.Complete);
            output.AsSpan().SequenceEqual(content).ShouldBeTrue();
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    [Fact]
    public void A_changed_octet_of_a_stream_does_no_harm() => Prop.ForAll(Contents, Gen.Choose(0, int.MaxValue).ToArbitrary(), (content, seed) =>
    {
        var random = new Random(seed);
        using var inflater = new Inflater();
        using var bzip2 = new Bzip2Decoder();
        foreach (var (packed, decode) in new (byte[], Func<ContentCursor, IOctetSink, CodecResult>)[]
        {
            (Archived.Deflate(content), (input, sink) => inflater.Run(input, sink, deflate64: random.Next(2) == 0)),
            (Archived.Bzip2(content), bzip2.Run),
            ([0x1f, 0x9d, 0x90, .. content], LzwDecoder.Run),
        })
        {
            for (var change = 0; change < 3 && packed.Length > 0; change++)
                packed[random.Next(packed.Length)] = (byte)random.Next(256);
            Run(new ArrayContent(packed[..random.Next(packed.Length / 2, packed.Length)]), decode, out _);
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void Any_octets_can_be_given_to_the_decoders() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), octets =>
    {
        using var inflater = new Inflater();
        using var bzip2 = new Bzip2Decoder();
        Run(new ArrayContent(octets), (input, sink) => inflater.Run(input, sink, deflate64: false), out _);
        Run(new ArrayContent(octets), (input, sink) => inflater.Run(input, sink, deflate64: true), out _);
        Run(new ArrayContent([.. "BZh9"u8, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, .. octets]), bzip2.Run, out _);
        Run(new ArrayContent([0x1f, 0x9d, 0x90, .. octets]), LzwDecoder.Run, out _);
        PaxHeader(octets);
        if (GzipHeader.TryParse([0x1f, 0x8b, 8, .. octets], out var header, out _))
            header.ShouldBeLessThanOrEqualTo(octets.Length + 3);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_checksum_is_that_of_zip() => Crc32.Update(0, "123456789"u8).ShouldBe(0xcbf43926u);

    [Fact]
    public void Decoding_stops_behind_the_last_octet_of_the_stream()
    {
        using var inflater = new Inflater();
        byte[] packed = [.. Archived.Deflate("hello, hello, hello"u8.ToArray()), .. "tail"u8];
        Run(new ArrayContent(packed), (input, sink) => inflater.Run(input, sink, deflate64: false), out var left);
        left.ShouldBe(4);
    }

    private static void PaxHeader(byte[] octets) => new PaxFields().Parse(octets);

    private static IEnumerable<StoredContent> Sources(byte[] octets) => [new ArrayContent(octets), new PiecewiseContent(octets)];

    [Fact]
    public void P5_uncompressing_undoes_compressing() => Prop.ForAll(Contents, Gen.Choose(9, 16).ToArbitrary(), (content, bits) =>
    {
        foreach (var source in Sources(LzwEncoder.Compress(content, bits)))
        {
            var (result, output) = Run(source, LzwDecoder.Run, out _);
            result.ShouldBe(CodecResult.Complete);
            output.AsSpan().SequenceEqual(content).ShouldBeTrue();
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    private static (CodecResult Result, byte[] Output) Run(StoredContent content, Func<ContentCursor, IOctetSink, CodecResult> decode, out long left)
    {
        using var input = new ContentCursor(content);
        var sink = new Collected();
        var result = decode(input, sink);
        left = input.Left;
        return (result, sink.ToArray());
    }

    private sealed class Collected : IOctetSink
    {
        private readonly List<byte> _octets = [];

        public void Write(ReadOnlySpan<byte> octets)
        {
            if (_octets.Count < 50 << 20)
                _octets.AddRange(octets);
        }

        public byte[] ToArray() => [.. _octets];
    }
}

/// <summary>Content in an array.</summary>
internal sealed class ArrayContent(byte[] octets) : StoredContent
{
    public override long Length => octets.Length;

    public override int Read(long offset, Span<byte> destination)
    {
        var count = (int)Math.Clamp(octets.Length - offset, 0, destination.Length);
        octets.AsSpan((int)Math.Min(offset, octets.Length), count).CopyTo(destination);
        return count;
    }

    public override bool TryGetArray(out ArraySegment<byte> array)
    {
        array = octets;
        return true;
    }
}

/// <summary>Content that has to be read in pieces, as from a file.</summary>
internal sealed class PiecewiseContent(byte[] octets) : StoredContent
{
    private readonly ArrayContent _array = new(octets);

    public override long Length => octets.Length;

    public override int Read(long offset, Span<byte> destination) => _array.Read(offset, destination);
}
