using Amavis.Decoding;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using Amavis.Mime.Structure;
using Amavis.Testing;

namespace Amavis.Fuzz.Targets;

/// <summary>
/// A message taken apart with all that is in it, an archive in it or whole mail: no decoder fails, and none gives more than it may.
/// Other programs are not asked.
/// </summary>
internal sealed class ArchiveTarget(bool wholeMail) : FuzzTarget
{
    private static readonly byte[] Header = Inputs.Octets("MIME-Version: 1.0\r\nContent-Type: application/octet-stream; name=a\r\nContent-Transfer-Encoding: binary\r\n\r\n");

    private static readonly UnpackLimits Limits = new() { MaxFiles = 300, MinExpansionQuota = 1 << 18, MaxExpansionQuota = 1 << 18, MinExpansionFactor = 1, MaxExpansionFactor = 1, UsesHelpers = false };

    public override string Name => wholeMail ? "mail-parts" : "archives";

    /// <summary>A message is read in several ways, and what is found in it again: four times what one parser has.</summary>
    public override long FreeAllocation => wholeMail ? 64 << 20 : base.FreeAllocation;

    public override IReadOnlyList<string> Words => wholeMail ? MailWords : ArchiveWords;

    private static readonly string[] MailWords =
        ["\r\n\r\n", "\r\n--", "Content-Type: multipart/mixed; boundary=", "Content-Type: message/rfc822\r\n", "Content-Transfer-Encoding: base64\r\n", "boundary=a; boundary=b", "begin 644 a.exe\r\n", "=ybegin line=128 size=9 name=a\r\n", ";base64,", "TVqQAAMAAAAE", "charset=utf-16le", "\r", "\n", "\0"];

    private static readonly string[] ArchiveWords =
        ["PK\x03\x04", "PK\x01\x02", "PK\x05\x06", "PK\x06\x06", "\x1f\x8b\x08", "BZh9", "1AY&SY", "ustar\0", "!<arch>\n", "070701", "\x78\x9f\x3e\x22", "\xed\xab\xee\xdb", "\x1f\x9d", "../../x", "\xff\xff\xff\xff"];

    public override IEnumerable<byte[]> Seeds() => wholeMail ? Inputs.Mail() : Inputs.Folder("archives").Concat(Inputs.Folder("libarchive")).Concat(Inputs.Files("mimekit").Where(f => f.Contains("tnef", StringComparison.OrdinalIgnoreCase)).Select(File.ReadAllBytes)).DefaultIfEmpty([0x1f, 0x8b]);

    public override void Check(byte[] input, Random random)
    {
        byte[] message = wholeMail ? input : [.. Header, .. input];
        using var spool = new MemorySpool(message);
        // In memory: an input never gives so much that it would be put into a file.
        using var store = new PartStore(Path.Combine(Path.GetTempPath(), "amavis-fuzz-parts"), 64 << 20);
        Exception? failed = null;
        var unpacking = new Unpacker((_, e) => failed ??= e).UnpackAsync(MimeReader.Read(message), spool, Limits, store, CancellationToken.None);
        FindingException.Unless(unpacking.IsCompletedSuccessfully, unpacking.Exception?.ToString() ?? "waits for something");
        if (failed is not null)
            throw new FindingException("a decoder failed", failed);
    }
}
