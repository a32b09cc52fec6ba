using System.Diagnostics;
using System.Globalization;
using Amavis.Core.Parts;
using Amavis.Decoding.Limits;
using Amavis.Testing;

namespace Amavis.Decoding.Tests.Corpus;

/// <summary>Every archive of the collections: unpacked within the limits, without a trace, and as another program lists it.</summary>
public class ArchiveCollectionTests
{
    private static readonly UnpackLimits Limits = new() { MaxExpansionQuota = 64 << 20 };

    private static IEnumerable<string> Archives => Samples.Files("archives").Concat(Samples.Files("libarchive")).Where(IsArchive);

    public static TheoryData<string> Messages => [.. Samples.Files("mimekit", "*.eml").Concat(Samples.Files("enmime", "*.eml"))
        .Concat(Samples.Files("cpython", "*.txt")).Concat(Samples.Files("mime4j", "*.msg")).DefaultIfEmpty("")];

    [Fact]
    public void Unpacking_keeps_the_limits_and_leaves_nothing_behind()
    {
        var comparison = new Comparison("libarchive", "unpacked within the limits, nothing written elsewhere, nothing left behind");
        foreach (var path in Archives)
        {
            var fault = Record.Exception(() => CheckLimits(path));
            if (Samples.Corpus is null || path.StartsWith(Samples.Own, StringComparison.Ordinal))
                fault.ShouldBeNull(path);
            else
                comparison.Add(Path.GetFileName(path), fault?.Message.ReplaceLineEndings(" "));
        }
        comparison.Finish();
    }

    /// <summary>What 7-Zip gives up on: corrupt, hostile, or of a kind it does not know. It is unpacked, marked or held, or looks like no archive; never taken for an empty one.</summary>
    [Fact]
    public void What_another_program_gives_up_on_is_not_taken_for_empty()
    {
        if (!File.Exists("/usr/bin/7zz"))
            return; // what needs programs is marked without them
        var comparison = new Comparison("libarchive", "archives 7-Zip gives up on are unpacked, marked, or nobody's archive", "Decoding.Tests/Corpus/archives-hostile-differing.txt");
        foreach (var name in Samples.Files("oracle", "archives-7z.tsv").SelectMany(File.ReadLines).Skip(1).Select(l => l.Split('\t')).Where(f => f[3] == "error").Select(f => f[0]))
        {
            using var unpacked = Mails.UnpackFile(name, File.ReadAllBytes(Samples.Files("libarchive", name).First()), Limits);
            var looksPlain = unpacked[2].ShortTypes.Intersect(["dat", "asc", "txt", "empty"]).Any();
            var seen = unpacked.Members.Any(m => m.Size > 0) || unpacked.Tree.AnyUndecipherable || unpacked.Tree.Hold is not null || looksPlain;
            comparison.Add(name, seen ? null : $"{unpacked.Members.Count} members, {string.Join(',', unpacked[2].ShortTypes)}");
        }
        comparison.Finish();
    }

    private static void CheckLimits(string path)
    {
        var octets = File.ReadAllBytes(path);
        var mail = Mails.With((Path.GetFileName(path), octets));
        var watch = Stopwatch.StartNew();
        // Little memory, so that files are written as well.
        var unpacked = Mails.Unpack(mail, Limits, memoryOctets: 64 << 10);
        var own = unpacked.Tree.Parts.Where(part => part.Placement.Split('/').Length <= 2).Sum(part => part.Size);
        unpacked.Members.Sum(part => part.Size).ShouldBeLessThanOrEqualTo(Math.Max(0, Limits.QuotaFor(mail.Length) - own));
        unpacked.Members.Count.ShouldBeLessThanOrEqualTo(Limits.MaxFiles);
        unpacked.Tree.Parts.Select(part => part.Number).ShouldBe(Enumerable.Range(1, unpacked.Tree.Parts.Count));
        foreach (var part in unpacked.Tree.Parts.Where(part => part.Content is not null))
            Unpacked.Read(part).LongLength.ShouldBe(part.Size);
        if (Directory.Exists(unpacked.WorkDirectory))
            Directory.GetFileSystemEntries(unpacked.WorkDirectory, "*", SearchOption.AllDirectories)
                .ShouldAllBe(file => Path.GetFileName(file).StartsWith('p') && Path.GetDirectoryName(file) == unpacked.WorkDirectory);
        unpacked.Dispose();
        Path.Exists(unpacked.WorkDirectory).ShouldBeFalse();
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(2));
    }

    /// <summary>Members, their sizes and what is encrypted, compared with the listing of 7-Zip; some methods of ZIP need programs.</summary>
    [Fact]
    public void Members_are_those_another_program_lists()
    {
        if (!File.Exists("/usr/bin/7zz"))
            return; // ./test installs it; --fast goes without
        var comparison = new Comparison("libarchive", "members, sizes and what is encrypted, as 7-Zip lists them", "Decoding.Tests/Corpus/archives-differing.txt");
        foreach (var (name, expected) in Listings())
        {
            var found = Listing(Samples.Files("libarchive", name).First(), expected);
            comparison.Add(name, found == expected ? null : $"{found} instead of {expected}");
        }
        comparison.Finish();
    }

    /// <summary>Archives that external programs unpack in full here; it only grows.</summary>
    private const int LeastComplete = 99;

    /// <summary>The same for what external programs unpack, where 7-Zip is installed: as many members with as many octets, or marked.</summary>
    [Fact]
    public void What_programs_unpack_is_what_is_listed_or_it_is_marked()
    {
        if (!File.Exists("/usr/bin/7zz"))
            return; // ./test installs it; --fast goes without
        var comparison = new Comparison("libarchive", "what external programs unpack is as 7-Zip lists it, or marked", "Decoding.Tests/Corpus/helpers-differing.txt");
        var complete = new Dictionary<string, int>();
        foreach (var (name, expected) in Listings("7z", "Cab", "Lzh", "Rar", "Rar5", "lzma", "xz", "zstd", "Iso"))
        {
            var path = Samples.Files("libarchive", name).First();
            using var unpacked = Mails.UnpackFile(Path.GetFileName(path), File.ReadAllBytes(path), Limits);
            var files = unpacked[2].Children.Where(part => part.Attributes == PartAttributes.None).ToList();
            var same = files.Count > 0 && (expected.Octets == 0 || files.Sum(part => part.Size) == expected.Octets);
            if (same)
                complete[expected.Type] = complete.GetValueOrDefault(expected.Type) + 1;
            comparison.Add(name, same || unpacked.Tree.AnyUndecipherable || unpacked.Tree.Hold is not null ? null : $"{files.Count} files of {files.Sum(part => part.Size)} octets ({string.Join(',', unpacked[2].ShortTypes)}) instead of {expected}");
        }
        comparison.Finish();
        if (Samples.Files("oracle", "archives-7z.tsv").Any())
            complete.Values.Sum().ShouldBeGreaterThanOrEqualTo(LeastComplete, string.Join(", ", complete.Select(c => $"{c.Key} {c.Value}")));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Messages_of_the_collections_are_taken_apart(string path)
    {
        if (path.Length == 0)
            return; // the collections are not on this machine
        var mail = Octets.Crlf(Octets.Text(File.ReadAllBytes(path)));
        var unpacked = Mails.Unpack(mail);
        unpacked.Tree.Parts.Count.ShouldBeGreaterThan(0);
        unpacked.Tree.Parts.Select(part => part.Number).ShouldBe(Enumerable.Range(1, unpacked.Tree.Parts.Count));
        unpacked.Tree.Parts.ShouldAllBe(part => part.Content == null || part.ShortTypes.Count > 0 || unpacked.Tree.Hold != null);
        unpacked.Dispose();
        Path.Exists(unpacked.WorkDirectory).ShouldBeFalse();
    }

    private sealed record MemberListing(string Type, long Members, long Octets, long Encrypted);

    private static bool IsArchive(string path) => Path.GetFileName(path) is not ("ORIGIN.md" or "LICENSE.txt" or "README.md");

    private static IEnumerable<(string Name, MemberListing Listing)> Listings() => Listings("zip", "tar", "Cpio", "gzip", "Rpm", "Ar");

    private static IEnumerable<(string Name, MemberListing Listing)> Listings(params string[] types)
    {
        foreach (var oracle in Samples.Files("oracle", "archives-7z.tsv"))
        {
            foreach (var line in File.ReadLines(oracle).Skip(1))
            {
                var fields = line.Split('\t');
                if (fields[3] == "ok" && types.Contains(fields[4]))
                    yield return (fields[0], new MemberListing(fields[4], Number(fields[5]), Number(fields[6]), Number(fields[7])));
            }
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static MemberListing Listing(string path, MemberListing expected)
    {
        using var unpacked = Mails.UnpackFile(Path.GetFileName(path), File.ReadAllBytes(path), Limits);
        var members = unpacked[2].Children;
        var encrypted = members.Count(part => part.Attributes.HasFlag(PartAttributes.Encrypted));
        // The list of a compressed file has no sizes for some; what is encrypted has no content here.
        var octets = encrypted > 0 || expected.Octets == 0 ? expected.Octets : members.Sum(part => part.Size);
        return new MemberListing(expected.Type, expected.Members == 0 && members.Count == 1 ? 0 : members.Count, octets, encrypted);
    }
}
