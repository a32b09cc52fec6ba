using Amavis.Mime.Structure;
using BenchmarkDotNet.Attributes;

namespace Amavis.Benchmarks;

/// <summary>The MIME reader, from octets to the tree.</summary>
public class MimeReaderBenchmarks
{
    [Benchmark(Baseline = true)]
    public object Plain_4_KiB() => Read(BenchmarkMail.Plain);

    [Benchmark]
    public object Attachment_1_MiB() => Read(BenchmarkMail.Attachment);

    [Benchmark]
    public object Nested_5000_deep() => Read(BenchmarkMail.Nested);

    [Benchmark]
    public object Parts_10000() => Read(BenchmarkMail.Many);

    private static MimeTree Read(byte[] octets)
    {
        var reader = new MimeReader();
        reader.Write(octets);
        return reader.Finish();
    }
}
