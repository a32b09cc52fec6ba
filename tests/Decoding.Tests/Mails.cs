using System.Text;
using Amavis.Core.Parts;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using Amavis.Mime.Structure;
using Amavis.Testing;

namespace Amavis.Decoding.Tests;

/// <summary>Short ways to messages and to what comes of them.</summary>
internal static class Mails
{
    /// <summary>A multipart/mixed of a text and attachments in base64.</summary>
    public static byte[] With(params (string Name, byte[] Octets)[] attachments)
    {
        var mail = new StringBuilder("From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b1\"\n\n--b1\n"
            + "Content-Type: text/plain\n\nHello.\n");
        foreach (var (name, octets) in attachments)
            mail.Append("--b1\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n")
                .Append($"Content-Disposition: attachment; filename=\"{name}\"\n\n")
                .Append(Convert.ToBase64String(octets, Base64FormattingOptions.InsertLineBreaks)).Append('\n');
        return Octets.Crlf(mail.Append("--b1--\n").ToString());
    }

    public static Unpacked Unpack(byte[] mail, UnpackLimits? limits = null, long memoryOctets = PartStore.DefaultMemoryOctets, MimeReaderOptions? options = null)
    {
        var directory = Path.Combine(Path.GetTempPath(), "amavis-decoding-" + Guid.NewGuid().ToString("N"));
        var store = new PartStore(directory, memoryOctets);
        Exception? fault = null;
        var tree = new Unpacker((_, exception) => fault ??= exception)
            .UnpackAsync(MimeReader.Read(mail, options), new MemorySpool(mail), limits ?? new UnpackLimits(), store, TestContext)
            .GetAwaiter().GetResult();
        if (fault is not null)
            throw new InvalidOperationException("a decoder failed", fault);
        return new Unpacked(tree, store, directory);
    }

    /// <summary>The content of an attachment, as p003 under the placement 1/2, in the form of a message.</summary>
    public static Unpacked UnpackFile(string name, byte[] octets, UnpackLimits? limits = null, long memoryOctets = PartStore.DefaultMemoryOctets) =>
        Unpack(With((name, octets)), limits, memoryOctets);

    private static CancellationToken TestContext => CancellationToken.None;
}

/// <summary>A message taken apart, in the notation of part paths.</summary>
internal sealed class Unpacked(PartTree tree, PartStore store, string directory) : IDisposable
{
    public PartTree Tree { get; } = tree;

    public string WorkDirectory { get; } = directory;

    public MessagePart this[int number] => Tree.Parts.Single(part => part.Number == number);

    /// <summary>Parts in the notation of rules over part paths: P=p001,L=1,M=text/plain,T=asc,N=a.txt,A=U.</summary>
    public IReadOnlyList<string> Paths => [.. Tree.Parts.Select(Describe)];

    /// <summary>Parts that came out of archives.</summary>
    public IReadOnlyList<MessagePart> Members => [.. Tree.Parts.Where(part => part.Placement.Count(c => c == '/') > 1)];

    public static string Describe(MessagePart part)
    {
        var fields = new List<string> { "P=" + part.BaseName };
        if (part.Placement.Length > 0)
            fields.Add("L=" + part.Placement);
        fields.AddRange(part.DeclaredTypes.Select(type => "M=" + type));
        fields.AddRange(part.ShortTypes.Select(type => "T=" + type));
        fields.AddRange(part.Names.Select(name => "N=" + name));
        fields.AddRange(Letters.Where(letter => part.Attributes.HasFlag(letter.Attribute)).Select(letter => "A=" + letter.Letter));
        return string.Join(',', fields);
    }

    public static byte[] Read(MessagePart part)
    {
        using var stream = part.Content!.OpenRead();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    public static string Text(MessagePart part) => Octets.Text(Read(part));

    public void Dispose() => store.Dispose();

    private static readonly (PartAttributes Attribute, string Letter)[] Letters =
    [
        (PartAttributes.Undecipherable, "U"), (PartAttributes.Encrypted, "C"), (PartAttributes.Ambiguous, "B"),
        (PartAttributes.Directory, "D"), (PartAttributes.Link, "L"), (PartAttributes.Special, "S"),
    ];
}
