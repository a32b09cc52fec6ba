using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Amavis.Decoding;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using Amavis.Mime.Structure;
using Amavis.Testing;

namespace Amavis.Benchmarks;

/// <summary>
/// Measures what hostile messages cost, each in a process of its own: time on the processor from the octets to the tree of parts, and the peak
/// of the process's memory. <c>worst-cases</c> as the only argument of the program runs it.
/// </summary>
internal static class WorstCases
{
    private static readonly (string Name, Func<byte[]> Mail)[] Made =
    [
        ("5,000 multiparts in each other", () => BenchmarkMail.Nested),
        ("10,000 parts", () => BenchmarkMail.Many),
        ("header section of 5 MB, 100,000 fields", () => Header(string.Concat(Enumerable.Range(0, 100_000).Select(i => $"X-Field-{i}: {new string('x', 36)}\r\n")))),
        ("one header field of 5 MB", () => Header("X-Long: " + string.Concat(Enumerable.Repeat("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n ", 70_000)) + "end\r\n")),
        ("zip of 1 GB of zeros", () => Attached("zeros.zip", Zip(("zeros", new Zeros(1L << 30))))),
        ("gzip of 1 GB of zeros", () => Attached("zeros.gz", Gzip(new Zeros(1L << 30)))),
        ("five layers of 16 zips (as 42.zip)", () => Attached("42.zip", Layers(4))),
        ("zip of 60,000 empty members", () => Attached("many.zip", Zip([.. Enumerable.Range(0, 60_000).Select(i => ($"f{i}", (Stream)Stream.Null))]))),
        ("40 zips in each other", () => Attached("deep.zip", Deep(40))),
        ("10 MB of local headers without a directory", () => Attached("headers.zip", Repeated("PK\u0003\u0004\u0014\0\u0008\0\u0008\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\u0001\0\0\0x", 10 << 20))),
        ("10 MB of end records", () => Attached("ends.zip", Repeated("PK\u0005\u0006\0\0\0\0\u0001\0\u0001\0\u0016\0\0\0\0\0\0\0\0\0", 10 << 20))),
        ("10 MB program of false archive signatures", () => Attached("false.exe", [.. "MZ"u8, .. Repeated("Rar!MSCF7z\u00bc\u00af`\u00ea\u0028\0", 10 << 20)])),
        ("10 MB of nothing", () => Attached("zeros.bin", new byte[10 << 20])),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is [_, var one])
        {
            await MeasureAsync(one);
            return 0;
        }
        Console.WriteLine("| case | message | processor | elapsed | peak memory | unpacked | outcome |\n| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var name in Made.Select(made => made.Name).Concat(Samples.Files("libarchive").Concat(Samples.Files("archives")).Where(file => Path.GetExtension(file) is not (".md" or ".txt"))))
        {
            using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [typeof(WorstCases).Assembly.Location, args[0], name]) { RedirectStandardOutput = true })!; // run by dotnet
            Console.Write(await child.StandardOutput.ReadToEndAsync());
            await child.WaitForExitAsync();
        }
        return 0;
    }

    private static async Task MeasureAsync(string name)
    {
        var mail = Made.FirstOrDefault(made => made.Name == name).Mail?.Invoke() ?? Attached(Path.GetFileName(name), await File.ReadAllBytesAsync(name));
        // The code is compiled, then what making the message took is given back.
        await UnpackAsync(BenchmarkMail.Attachment);
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true);
        using var self = Process.GetCurrentProcess();
        ResetPeak();
        var before = self.TotalProcessorTime;
        var started = Stopwatch.GetTimestamp();
        var (octets, outcome) = await UnpackAsync(mail);
        var elapsed = Stopwatch.GetElapsedTime(started);
        self.Refresh();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {Path.GetFileName(name)} | {mail.Length >> 10} KiB | {(self.TotalProcessorTime - before).TotalMilliseconds:0} ms | {elapsed.TotalMilliseconds:0} ms | {Peak() >> 20} MiB | {octets >> 10} KiB | {outcome} |"));
    }

    private static async Task<(long Octets, string Outcome)> UnpackAsync(byte[] mail)
    {
        using var spool = new MemorySpool(mail, chunkOctets: 65536);
        var reader = new MimeReader(new MimeReaderOptions { MaxParts = 100_000 });
        reader.Write(mail);
        using var store = new PartStore(Path.Combine(Path.GetTempPath(), "amavis-worst-" + Guid.NewGuid().ToString("N")));
        var tree = await new Unpacker().UnpackAsync(reader.Finish(), spool, new UnpackLimits(), store, CancellationToken.None);
        return (tree.Parts.Sum(part => part.Size), tree.Hold ?? (tree.AnyAmbiguous ? "ambiguous" : tree.AnyUndecipherable ? "marked" : $"{tree.Parts.Count} parts"));
    }

    /// <summary>Linux keeps the highest resident memory until it is told to begin anew.</summary>
    private static void ResetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    private static long Peak() => long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).AsSpan(6).Trim(" \tkB"), CultureInfo.InvariantCulture) << 10;

    private static byte[] Header(string fields) => BenchmarkMail.Octets("From: a@example.org\r\n" + fields + "\r\nHello.\r\n");

    private static byte[] Attached(string name, byte[] octets) => BenchmarkMail.Octets(
        $"MIME-Version: 1.0\r\nContent-Type: application/octet-stream; name=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + Convert.ToBase64String(octets, Base64FormattingOptions.InsertLineBreaks) + "\r\n");

    private static byte[] Repeated(string text, int octets)
    {
        var one = Encoding.Latin1.GetBytes(text);
        var all = new byte[octets / one.Length * one.Length];
        for (var at = 0; at < all.Length; at += one.Length)
            one.CopyTo(all, at);
        return all;
    }

    private static byte[] Gzip(Stream content)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest, leaveOpen: true))
            content.CopyTo(gzip);
        return result.ToArray();
    }

    private static byte[] Zip(params (string Name, Stream Content)[] members)
    {
        using var result = new MemoryStream();
        using (var zip = new ZipArchive(result, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in members)
            {
                using var member = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
                content.CopyTo(member);
            }
        return result.ToArray();
    }

    private static byte[] Layers(int depth)
    {
        var layer = Zip(("0.dll", new Zeros(64 << 20)));
        for (; depth > 0; depth--)
            layer = Zip([.. Enumerable.Range(0, 16).Select(i => ($"lib{i:x}.zip", (Stream)new MemoryStream(layer)))]);
        return layer;
    }

    private static byte[] Deep(int depth)
    {
        byte[] octets = [77, 90];
        for (; depth > 0; depth--)
            octets = Zip(($"{depth}.zip", new MemoryStream(octets)));
        return octets;
    }

    /// <summary>As many zeros as asked for.</summary>
    private sealed class Zeros(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            count = (int)Math.Min(count, _left);
            Array.Clear(buffer, offset, count);
            _left -= count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
