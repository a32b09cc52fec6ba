using System.Globalization;
using System.Text;
using Amavis.Mime.Structure;

namespace Amavis.Fuzz.Targets;

/// <summary>The structure of a message: the same however it comes in, all parts inside of it and of their parents.</summary>
internal sealed class MimeTarget : FuzzTarget
{
    public override string Name => "mime";

    public override IReadOnlyList<string> Words { get; } =
    [
        "\r\n\r\n", "\r\n--", "--\r\n", "Content-Type: multipart/mixed; boundary=", "Content-Type: message/rfc822\r\n", "Content-Transfer-Encoding: base64\r\n",
        "Content-Transfer-Encoding: x-uuencode\r\n", "Content-Disposition: attachment; filename=\"", "filename*0*=utf-8''", "name*1=", "begin 644 a.exe\r\n", "\r\nend\r\n",
        "boundary=\"\"", "--=_x", "multipart/digest", "=?utf-8?b?", "?=", "\r\n ", "\r\n\t",
    ];

    public override IEnumerable<byte[]> Seeds() => Inputs.Mail();

    public override void Check(byte[] input, Random random)
    {
        var tree = MimeReader.Read(input);
        FindingException.Unless(tree.Length == input.Length, $"read {tree.Length} of {input.Length} octets");
        foreach (var entity in tree.Entities)
        {
            Inside(entity.Header, input.Length);
            Inside(entity.Body, input.Length);
            if (entity.Parent is { } parent)
                FindingException.Unless(entity.Body.Offset >= parent.Body.Offset && entity.Body.End <= parent.Body.End, $"part {entity.Index} is not inside of its parent");
        }
        var pieces = MimeReader.Read(Inputs.Pieces(input, random));
        FindingException.Unless(Describe(pieces) == Describe(tree), "another structure when it comes in pieces");
        foreach (var other in tree.OtherReadings())
            MimeReader.Read(input, other);
    }

    private static void Inside(OctetRange range, long length) =>
        FindingException.Unless(range.Offset >= 0 && range.Length >= 0 && range.End <= length, $"{range} is not inside of {length} octets");

    private static string Describe(MimeTree tree)
    {
        var text = new StringBuilder();
        foreach (var entity in tree.Entities)
            text.AppendLine(CultureInfo.InvariantCulture, $"{entity.Index}<{entity.Parent?.Index} {entity.Header} {entity.Body} {entity.MediaType} {entity.Encoding} {string.Join('|', entity.FileNames)} {entity.IsEmbedded}");
        foreach (var defect in tree.Defects)
            text.AppendLine(defect.ToString());
        return text.ToString();
    }
}
