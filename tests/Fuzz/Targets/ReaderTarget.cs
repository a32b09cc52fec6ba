using Amavis.Decoding;
using Amavis.Decoding.Archives;
using Amavis.Decoding.Codecs;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using Amavis.Decoding.Typing;

namespace Amavis.Fuzz.Targets;

/// <summary>One reader of archives, given everything whatever it looks like: it ends, within the limits, and without a fault.</summary>
internal sealed class ReaderTarget(ContentKind kind, string name, params string[] words) : FuzzTarget
{
    private const int MostMembers = 200;
    private const long MostOctets = 1 << 18;

    private static readonly UnpackLimits Limits = new() { MaxFiles = MostMembers, MinExpansionQuota = MostOctets, MaxExpansionQuota = MostOctets, MinExpansionFactor = 1, MaxExpansionFactor = 1, UsesHelpers = false };

    public static IEnumerable<ReaderTarget> All =>
    [
        new(ContentKind.Zip, "zip", "PK\x03\x04", "PK\x01\x02", "PK\x05\x06", "PK\x06\x06", "PK\x06\x07", "PK\x07\x08", "\x01\0\x10\0", "../a"),
        new(ContentKind.Tar, "tar", "ustar\0" + "00", "ustar  \0", "0000644\0", "20 path=../x\n", "././@LongLink", "x", "L", "\x80\0\0\0\0\0\0\0\x7f"),
        new(ContentKind.Cpio, "cpio", "070701", "070702", "070707", "\xc7\x71", "TRAILER!!!", "00000000", "FFFFFFFF"),
        new(ContentKind.Ar, "ar", "!<arch>\n", "//              ", "/1 ", "#1/20 ", "`\n", "4294967296"),
        new(ContentKind.Gzip, "gzip", "\x1f\x8b\x08", "\x1f\x8b\x08\x1f", "\0\0\xff\xff", "\x03\0", "a.txt\0"),
        new(ContentKind.Bzip2, "bzip2", "BZh9", "1AY&SY", "\x17\x72\x45\x38\x50\x90"),
        new(ContentKind.Compress, "compress", "\x1f\x9d\x90", "\x1f\x9d\x8c", "\x1f\x9d\x09"),
        new(ContentKind.Rpm, "rpm", "\xed\xab\xee\xdb", "\x8e\xad\xe8\x01", "070701", "\x1f\x8b\x08"),
        new(ContentKind.Tnef, "tnef", "\x78\x9f\x3e\x22", "\x02\x02\x90\x06\0", "\x02\x0f\x80\x06\0", "\x02\x10\x80\x01\0", "\x02\x05\x90\x06\0", "\x01\x03\x90\x06\0", "LZFu", "MELA", "\x1f\0\x01\x37"),
    ];

    public override string Name => name;

    public override int MaxOctets => 8192;

    public override IReadOnlyList<string> Words => words;

    public override IEnumerable<byte[]> Seeds() =>
        Inputs.Folder("archives").Concat(Inputs.Folder("libarchive")).Concat(Inputs.Folder("mimekit/tnef")).Where(IsMine).DefaultIfEmpty(Inputs.Octets(words[0]));

    public override void Check(byte[] input, Random random)
    {
        using var store = new PartStore(Path.Combine(Path.GetTempPath(), "amavis-fuzz-parts"), 64 << 20);
        using var codecs = new CodecSet();
        var parts = new PartList();
        var archive = parts.AddNext(parent: null, "1");
        using var writer = store.Create(input.Length, isBound: true);
        writer.Write(input);
        var content = writer.Complete();
        archive.Content = content;
        try
        {
            ArchiveReaders.For(kind)!(content, new MemberSink(archive, parts, store, new UnpackBudget(Limits, input.Length, CancellationToken.None), codecs), Limits);
        }
        catch (UnpackLimitException)
        {
            // Given up at a limit, which is how an archive that is too much ends.
        }
        var members = archive.Children;
        FindingException.Unless(members.Count <= MostMembers, "more members than there may be");
        FindingException.Unless(members.Sum(m => m.Content?.Length ?? 0) <= MostOctets, "more octets than there may be");
    }

    private bool IsMine(byte[] file) => ContentTyper.Identify(file.AsSpan(0, Math.Min(file.Length, ContentTyper.HeadOctets)), file.Length).Kind == kind;
}
