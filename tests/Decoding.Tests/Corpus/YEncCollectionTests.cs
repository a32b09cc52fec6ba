using System.Globalization;
using System.Text.RegularExpressions;
using Amavis.Decoding.Codecs;
using Amavis.Testing;

namespace Amavis.Decoding.Tests.Corpus;

/// <summary>Messages with yEnc: what comes out has the length and the checksum that stand in them.</summary>
public sealed partial class YEncCollectionTests
{
    [Fact]
    public void Files_in_yEnc_come_out_with_their_checksums()
    {
        var comparison = new Comparison("mimekit", "files in yEnc, by their lengths and checksums");
        foreach (var path in Samples.Files("mimekit/yenc").Where(f => Path.GetExtension(f) is ".msg" or ".ntx"))
        {
            var octets = File.ReadAllBytes(path);
            var end = End().Match(Octets.Text(octets));
            using var unpacked = Mails.Unpack(octets);
            var wanted = (long.Parse(end.Groups[1].Value, CultureInfo.InvariantCulture), uint.Parse(end.Groups[2].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            var found = unpacked.Tree.Parts.Concat(unpacked.Tree.Hidden).Where(p => p.Content is not null).Select(Unpacked.Read).Select(c => (c.LongLength, Crc32.Update(0, c))).ToList();
            comparison.Add(Path.GetFileName(path), found.Contains(wanted) ? null : $"{string.Join(", ", found)}, not {wanted}");
        }
        comparison.Finish();
    }

    /// <summary>Of a piece its own checksum counts.</summary>
    [GeneratedRegex("^=yend size=([0-9]+)(?: part=[0-9]+)? p?crc32=([0-9a-fA-F]{8})", RegexOptions.Multiline)]
    private static partial Regex End();
}
