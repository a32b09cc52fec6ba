using System.IO.Compression;
using Amavis.Decoding;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using Amavis.Mime.Structure;
using Amavis.Testing;
using BenchmarkDotNet.Attributes;

namespace Amavis.Benchmarks;

/// <summary>Taking a message apart: transfer encodings, typing, archives under quotas.</summary>
public class UnpackBenchmarks
{
    private static readonly byte[] s_zip = ZipMail();

    [Benchmark(Baseline = true)]
    public Task<int> Plain_4_KiB() => UnpackAsync(BenchmarkMail.Plain);

    [Benchmark]
    public Task<int> Attachment_1_MiB() => UnpackAsync(BenchmarkMail.Attachment);

    [Benchmark]
    public Task<int> Zip_of_20_members() => UnpackAsync(s_zip);

    private static async Task<int> UnpackAsync(byte[] mail)
    {
        using var spool = new MemorySpool(mail, chunkOctets: 65536);
        var reader = new MimeReader();
        reader.Write(mail);
        using var store = new PartStore(Path.Combine(Path.GetTempPath(), "amavis-benchmark-" + Guid.NewGuid().ToString("N")));
        var tree = await new Unpacker().UnpackAsync(reader.Finish(), spool, new UnpackLimits(), store, CancellationToken.None);
        return tree.Parts.Count;
    }

    private static byte[] ZipMail()
    {
        using var octets = new MemoryStream();
        using (var zip = new ZipArchive(octets, ZipArchiveMode.Create, leaveOpen: true))
            for (var i = 0; i < 20; i++)
            {
                using var member = zip.CreateEntry($"folder/member{i}.txt").Open();
                member.Write(BenchmarkMail.Plain);
            }
        return BenchmarkMail.Octets(
            "MIME-Version: 1.0\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + Convert.ToBase64String(octets.ToArray(), Base64FormattingOptions.InsertLineBreaks) + "\r\n");
    }
}
