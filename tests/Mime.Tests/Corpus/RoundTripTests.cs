using System.Text;
using Amavis.Mime.Editing;
using Amavis.Mime.Headers;
using Amavis.Mime.Structure;
using Amavis.Testing;

namespace Amavis.Mime.Tests.Corpus;

/// <summary>Messages of the collection go out as they came in (property P2), and what is written is read as what it was (P3).</summary>
public sealed class RoundTripTests
{
    private static readonly string[] Folders = ["mime4j", "mimekit", "cpython", "enmime", "spamassassin", "sisimai-bounces", "mailauth", "chasquid-dkim"];

    [Fact]
    public void P2_without_a_change_every_octet_goes_out()
    {
        var comparison = new Comparison("all messages", "unchanged, they go out octet by octet");
        foreach (var (name, message) in Messages())
        {
            using var spool = new MemorySpool(message, chunkOctets: 997);
            var header = HeaderSection.Read(spool);
            // Only a header section that nothing ends gets its end.
            var wanted = header.SeparatorLength == 0 ? [.. message.AsSpan(0, (int)header.BodyOffset), .. LineEnd(message, header), .. "\r\n"u8, .. message.AsSpan((int)header.BodyOffset)] : message;
            comparison.Add(name, Written(new EditedMessage(spool, header, new HeaderEdits(), HeaderRendering.Default)).AsSpan().SequenceEqual(wanted) ? null : "other octets");
        }
        comparison.Finish();
    }

    [Fact]
    public void P3_with_a_field_more_the_parts_are_those_they_were()
    {
        var comparison = new Comparison("all messages", "written with a field more and read again, they have the same parts");
        foreach (var (name, message) in Messages())
        {
            using var spool = new MemorySpool(message);
            var header = HeaderSection.Read(spool);
            // A header section without an end gets one, and where there is no header section there is now one.
            if (header.SeparatorLength == 0 || header.Fields.Count == 0)
                continue;
            var edits = new HeaderEdits();
            edits.Prepend("X-Added", "some text");
            var written = Written(new EditedMessage(spool, header, edits, HeaderRendering.Default));
            comparison.Add(name, Outline(written, written.Length - message.Length) == Outline(message, 0) ? null : "other parts");
        }
        comparison.Finish();
    }

    /// <summary>As a spool has them: lines end in CRLF, NUL and lone CR are gone.</summary>
    private static IEnumerable<(string Name, byte[] Message)> Messages() =>
        Folders.SelectMany(f => Samples.Files(f)).Where(f => Path.GetExtension(f) is ".eml" or ".msg" or ".txt" or ".raw" or "" && !f.Contains("_decoded_", StringComparison.Ordinal) && Path.GetFileName(f) is not ("LICENSE.txt" or "NOTICE.txt") && new FileInfo(f).Length is > 0 and < 4_000_000)
            .Select(f => (Path.GetRelativePath(Samples.Corpus!, f), Octets.Crlf(Octets.Text(File.ReadAllBytes(f)).Replace("\r", "", StringComparison.Ordinal))));

    private static byte[] Written(EditedMessage message)
    {
        var output = new MemoryStream();
        foreach (var chunk in message.Chunks())
            output.Write(chunk.Span);
        output.Length.ShouldBe(message.Length);
        return output.ToArray();
    }

    private static ReadOnlySpan<byte> LineEnd(byte[] message, HeaderSection header) => header.BodyOffset > 0 && message[header.BodyOffset - 1] != '\n' ? "\r\n"u8 : default;

    private static string Outline(byte[] message, int shift)
    {
        var text = new StringBuilder();
        foreach (var e in MimeReader.Read(message).Entities)
            text.Append(e.Depth).Append(e.MediaType).Append(e.Encoding).Append(' ').Append(e.Body.Offset - shift).Append(' ').Append(e.Body.Length).AppendJoin(',', e.FileNames).Append('\n');
        return text.ToString();
    }
}
