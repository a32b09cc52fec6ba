using System.Globalization;
using System.Text.Json;
using Amavis.Mime.Headers;
using Amavis.Mime.Structure;
using Amavis.Mime.Transfer;
using Amavis.Testing;

namespace Amavis.Mime.Tests.Corpus;

/// <summary>Where MimeKit sees parts begin and end in its own test mail, and what it decodes.</summary>
public sealed class MimeKitTests
{
    private static readonly MimeReaderOptions Opened = MimeReaderOptions.Default with { OpenMessages = true, ExtractEmbedded = false };

    [Fact]
    public void Parts_begin_and_end_where_MimeKit_sees_it()
    {
        var comparison = new Comparison("mimekit", "offsets of headers and bodies in mailboxes, with LF and CRLF", "Mime.Tests/Corpus/mimekit-offsets-differing.txt");
        foreach (var listing in Samples.Files("mimekit/mbox", "*-offsets.json"))
        {
            var (name, form) = Path.GetFileName(listing).Split('.') is [var first, var second, ..] ? (first, second) : default;
            var mailbox = File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(listing)!, name + ".mbox.txt"));
            if (form == "dos-offsets")
                mailbox = Octets.Crlf(Octets.Text(mailbox));
            using var document = JsonDocument.Parse(File.ReadAllText(listing));
            foreach (var (message, index) in document.RootElement.EnumerateArray().Select((m, i) => (m, i)))
            {
                var begin = message.GetProperty("beginOffset").GetInt32();
                var octets = mailbox.AsSpan(begin, message.GetProperty("endOffset").GetInt32() - begin);
                var ours = MimeReader.Read(octets, Opened).DepthFirst().Select(e => Line(e.MediaType, e.Header.Offset + begin, e.Body.Offset + begin, e.Body.End + begin)).ToList();
                var theirs = Theirs(message.GetProperty("body")).ToList();
                comparison.Add($"{name}.{form}.{index}", ours.SequenceEqual(theirs, StringComparer.Ordinal) ? null : $"{string.Join("; ", ours.Except(theirs))} instead of {string.Join("; ", theirs.Except(ours))}");
            }
        }
        comparison.Finish();
    }

    [Fact]
    public void An_anonymized_message_has_the_structure_of_the_message()
    {
        var comparison = new Comparison("mimekit", "structure of messages and their anonymized forms");
        foreach (var file in Samples.Files("mimekit/messages", "*.anonymized.eml"))
        {
            var stem = file[..^".anonymized.eml".Length];
            var original = File.Exists(stem + ".eml") ? stem + ".eml" : stem + ".txt";
            var (one, other) = (Types(file), Types(original));
            comparison.Add(Path.GetFileName(stem), one == other ? null : $"{one} instead of {other}");
        }
        comparison.Finish();
    }

    [Fact]
    public void Encoded_files_decode_to_the_file()
    {
        var comparison = new Comparison("mimekit", "one file in base64, uuencode and quoted-printable");
        foreach (var (name, encoding, plain) in ((string, TransferEncoding, string)[])[("photo.b64", TransferEncoding.Base64, "photo.jpg"), ("photo.uu", TransferEncoding.Uuencode, "photo.jpg"), ("wikipedia.qp", TransferEncoding.QuotedPrintable, "wikipedia.txt")])
        {
            foreach (var file in Samples.Files("mimekit/encoders", name))
            {
                var decoded = TransferDecoder.DecodeAll(encoding, File.ReadAllBytes(file));
                var wanted = File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(file)!, plain));
                // Texts are canonical in quoted-printable, their files are not.
                var same = encoding == TransferEncoding.QuotedPrintable ? Octets.Text(decoded).ReplaceLineEndings("\n").TrimEnd() == Octets.Text(wanted).ReplaceLineEndings("\n").TrimEnd() : decoded.AsSpan().SequenceEqual(wanted);
                comparison.Add(name, same ? null : $"{decoded.Length} octets, not the {wanted.Length} of the file");
            }
        }
        comparison.Finish();
    }

    /// <summary>Pieces of message/partial are not put together here; their bodies, one after another, are the whole.</summary>
    [Fact]
    public void Bodies_of_pieces_are_the_body_of_the_whole()
    {
        var comparison = new Comparison("mimekit", "bodies of the pieces of message/partial");
        foreach (var whole in Samples.Files("mimekit/partial", "*.eml").Where(f => !Path.GetFileNameWithoutExtension(f).Contains('.', StringComparison.Ordinal)))
        {
            var pieces = Samples.Files("mimekit/partial", Path.GetFileNameWithoutExtension(whole) + ".?.eml").Select(File.ReadAllBytes).ToList();
            var joined = string.Concat(pieces.Select(p => Body(p)));
            var wanted = Body(File.ReadAllBytes(whole));
            var partial = pieces.All(p => MimeReader.Read(p).Root.MediaType == "message/partial");
            comparison.Add(Path.GetFileName(whole), partial && joined.EndsWith(wanted, StringComparison.Ordinal) ? null : $"{joined.Length} octets, which do not end with the {wanted.Length} of the whole");
        }
        comparison.Finish();
    }

    private static IEnumerable<string> Theirs(JsonElement entity)
    {
        long At(string name) => entity.GetProperty(name).GetInt64();
        yield return Line(entity.GetProperty("mimeType").GetString()!.ToLowerInvariant(), At("beginOffset"), At("headersEndOffset"), At("endOffset"));
        IEnumerable<JsonElement> inner = entity.TryGetProperty("children", out var children) ? children.EnumerateArray() : entity.TryGetProperty("message", out var message) ? [message.GetProperty("body")] : [];
        foreach (var line in inner.SelectMany(Theirs))
            yield return line;
    }

    private static string Line(string type, long header, long body, long end) => string.Create(CultureInfo.InvariantCulture, $"{type} {header} {body} {end}");

    private static string Types(string file) => string.Join(' ', MimeReader.Read(File.ReadAllBytes(file), Opened).DepthFirst().Select(e => $"{e.Depth}{e.MediaType}"));

    private static string Body(byte[] message)
    {
        var body = MimeReader.Read(message).Root.Body;
        return Octets.Text(message.AsSpan((int)body.Offset, (int)body.Length));
    }
}
