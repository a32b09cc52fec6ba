using Amavis.Core.Messages;
using Amavis.Mime.Editing;
using Amavis.Mime.Headers;
using Amavis.Testing;
using BenchmarkDotNet.Attributes;

namespace Amavis.Benchmarks;

/// <summary>Reading the header section, collecting its facts, and the edited copy for the next hop.</summary>
public class HeaderBenchmarks
{
    private static readonly MemorySpool s_spool = new(BenchmarkMail.Plain, chunkOctets: 65536);

    [Benchmark(Baseline = true)]
    public object Read() => HeaderSection.Read(s_spool);

    [Benchmark]
    public object Facts() => HeaderFacts.Collect(HeaderSection.Read(s_spool), Core.Addresses.MailAddress.FromUnquoted("one@example.org"));

    [Benchmark]
    public long Edited_copy()
    {
        var edits = new HeaderEdits();
        edits.Delete("X-Spam-Flag");
        edits.Prepend("X-Virus-Scanned", "Amavis Web at mx1.example.com");
        var copy = new EditedMessage(s_spool, HeaderSection.Read(s_spool), edits, HeaderRendering.Default);
        long octets = 0;
        foreach (var chunk in copy.Chunks())
            octets += chunk.Length;
        return octets;
    }
}
