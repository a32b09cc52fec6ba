using Amavis.Mime.Structure;
using Amavis.Mime.Transfer;
using Amavis.Testing;

namespace Amavis.Mime.Tests.Corpus;

/// <summary>Everything of a message that is shown to scanners: the leaves of all readings, in all encodings that may be meant.</summary>
internal static class Views
{
    /// <summary>Decoded contents; the same from bodies whose lines end in LF, as programs get them that read files.</summary>
    public static HashSet<string> Of(byte[] message)
    {
        var views = new HashSet<string>(StringComparer.Ordinal);
        var strict = MimeReader.Read(message);
        foreach (var options in strict.OtherReadings().Prepend(MimeReaderOptions.Default))
            foreach (var opened in (bool[])[false, true])
                foreach (var embedded in (bool[])[true, false])
                    Add(views, MimeReader.Read(message, options with { OpenMessages = opened, ExtractEmbedded = embedded }), message);
        return views;
    }

    public static HashSet<string> NamesOf(byte[] message)
    {
        var strict = MimeReader.Read(message);
        return [.. strict.OtherReadings().Prepend(MimeReaderOptions.Default).SelectMany(o => MimeReader.Read(message, o with { OpenMessages = true }).Entities).Concat(strict.Entities).SelectMany(e => e.FileNames)];
    }

    private static void Add(HashSet<string> views, MimeTree tree, byte[] message)
    {
        foreach (var entity in tree.Entities)
        {
            var body = message.AsSpan((int)entity.Body.Offset, (int)entity.Body.Length);
            var text = Octets.Text(body);
            foreach (var encoding in entity.OtherEncodings.Prepend(entity.Encoding).Prepend(TransferEncoding.Binary))
                foreach (var form in (string[])[text, text.Replace("\r\n", "\n", StringComparison.Ordinal)])
                    views.Add(Octets.Text(TransferDecoder.DecodeAll(encoding, Octets.Of(form))));
            if (entity.Preamble is { } preamble)
                views.Add(Octets.Text(message.AsSpan((int)preamble.Offset, (int)preamble.Length)));
        }
    }
}
