using System.Buffers.Binary;
using System.Text;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Archives.Tnef;

/// <summary>
/// TNEF, the winmail.dat of Outlook (MS-OXTNEF): attachments with every name they have, and the bodies that are in it as HTML
/// and RTF. Checksums are not looked at, for readers differ in that.
/// </summary>
internal sealed class TnefReader
{
    private const int SignatureOctets = 6;
    private const int AttributeOctets = 9;
    private const int ChecksumOctets = 2;
    private const int LongestName = 4096;
    private const uint OemCodepage = 0x00069007;
    private const uint Body = 0x0002800c;
    private const uint MessageProperties = 0x00069003;
    private const uint AttachmentBegins = 0x00069002;
    private const uint AttachmentTitle = 0x00018010;
    private const uint AttachmentFileName = 0x00069001;
    private const uint AttachmentData = 0x0006800f;
    private const uint AttachmentProperties = 0x00069005;

    private readonly StoredContent _content;
    private readonly MemberSink _members;
    private readonly List<string> _names = [];
    private readonly List<(long Offset, long End)> _data = [];
    private Encoding _encoding = Encoding.Latin1;
    private bool _inAttachment;

    private TnefReader(StoredContent content, MemberSink members) => (_content, _members) = (content, members);

    public static ArchiveFindings Read(StoredContent content, MemberSink members)
    {
        var reader = new TnefReader(content, members);
        var whole = reader.ReadAttributes();
        reader.EndAttachment();
        return whole ? ArchiveFindings.None : ArchiveFindings.Damaged;
    }

    // False when it breaks off.
    private bool ReadAttributes()
    {
        Span<byte> attribute = stackalloc byte[AttributeOctets];
        for (long at = SignatureOctets; at < _content.Length;)
        {
            if (_content.Read(at, attribute) < AttributeOctets || attribute[0] is not (1 or 2))
                return false;
            var start = at + AttributeOctets;
            var end = start + BinaryPrimitives.ReadUInt32LittleEndian(attribute[5..]);
            Take(BinaryPrimitives.ReadUInt32LittleEndian(attribute[1..]), start, Math.Min(end, _content.Length));
            at = end + ChecksumOctets;
            if (at > _content.Length)
                return false;
        }
        return true;
    }

    private void Take(uint attribute, long start, long end)
    {
        switch (attribute)
        {
            case OemCodepage:
                _encoding = CodePage(start) ?? _encoding;
                break;
            case Body:
                Add(["body.txt"], start, WithoutFinalNul(start, end));
                break;
            case MessageProperties:
                foreach (var property in MapiProperties.Read(_content, start, end))
                    TakeBody(property);
                break;
            case AttachmentBegins:
                EndAttachment();
                _inAttachment = true;
                break;
            case AttachmentTitle or AttachmentFileName:
                AddName(Text(start, end, _encoding));
                break;
            case AttachmentData:
                _data.Add((start, end));
                _inAttachment = true;
                break;
            case AttachmentProperties:
                foreach (var property in MapiProperties.Read(_content, start, end))
                    TakeAttachmentProperty(property);
                break;
        }
    }

    private void TakeBody(MapiProperty property)
    {
        if (property.Id == MapiProperty.BodyHtml)
            Add(["body.html"], property.Start, property.End);
        else if (property.Id == MapiProperty.RtfCompressed)
        {
            using var input = new ContentCursor(_content, property.Start, property.End);
            using var output = _members.Open(_members.Add(["body.rtf"]), property.End - property.Start);
            RtfDecompressor.Run(input, output);
            output.Complete();
        }
    }

    private void TakeAttachmentProperty(MapiProperty property)
    {
        switch (property.Id)
        {
            case MapiProperty.AttachLongFileName or MapiProperty.AttachFileName or MapiProperty.DisplayName:
                AddName(Text(property.Start, property.End, property.IsUnicode ? Encoding.Unicode : _encoding));
                break;
            case MapiProperty.AttachData:
                // An object begins with the identifier of its interface; what follows may be another TNEF stream.
                _data.Add((property.Start + (property.IsObject ? Math.Min(MapiProperty.GuidOctets, property.End - property.Start) : 0), property.End));
                break;
        }
    }

    private void EndAttachment()
    {
        if (_inAttachment && _data.Count == 0)
            _members.Add(MemberNames.Of(_names));
        foreach (var (start, end) in _data)
            Add(MemberNames.Of(_names), start, end);
        _names.Clear();
        _data.Clear();
        _inAttachment = false;
    }

    private void Add(IReadOnlyList<string> names, long start, long end)
    {
        using var input = new ContentCursor(_content, start, end);
        using var output = _members.Open(_members.Add(names), end - start);
        input.TryCopyTo(output, end - start);
        output.Complete();
    }

    private void AddName(string name)
    {
        if (name.Length > 0)
            _names.Add(name);
    }

    private string Text(long start, long end, Encoding encoding)
    {
        var octets = new byte[Math.Clamp(end - start, 0, LongestName)];
        var text = encoding.GetString(octets, 0, _content.Read(start, octets));
        return text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var nul ? text[..nul] : text;
    }

    private long WithoutFinalNul(long start, long end)
    {
        Span<byte> last = stackalloc byte[1];
        return end > start && _content.Read(end - 1, last) == 1 && last[0] == 0 ? end - 1 : end;
    }

    private Encoding? CodePage(long start)
    {
        Span<byte> number = stackalloc byte[4];
        return _content.Read(start, number) == 4 && BinaryPrimitives.ReadInt32LittleEndian(number) is > 0 and < ushort.MaxValue and var page
            ? CodePagesEncodingProvider.Instance.GetEncoding(page)
            : null;
    }
}
