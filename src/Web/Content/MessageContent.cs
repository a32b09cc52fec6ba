using Amavis.Mime.Charsets;
using Amavis.Mime.Structure;
using Amavis.Mime.Transfer;

namespace Amavis.Web.Content;

/// <summary>A part of a kept message as the console lists it.</summary>
/// <param name="Index">Position in the message; names it in addresses.</param>
/// <param name="Type">Media type, as declared.</param>
/// <param name="Name">First of the names it could be saved under; null: none.</param>
/// <param name="Octets">Encoded size.</param>
public sealed record ContentPart(int Index, int Depth, string Type, string? Name, long Octets, bool IsLeaf, bool IsAttachment);

/// <summary>A kept message taken apart for looking at. Everything in it is hostile.</summary>
public sealed class MessageContent
{
    /// <summary>Text shown at most, in characters.</summary>
    public const int MaxText = 200_000;

    /// <summary>Header section shown at most, in octets.</summary>
    private const int MaxHeader = 256 * 1024;

    /// <summary>HTML rewritten at most, in octets.</summary>
    private const int MaxHtml = 1 << 20;

    private readonly byte[] _octets;
    private readonly MimeTree _tree;

    public MessageContent(byte[] stored)
    {
        var start = StoredHeader.Length(stored);
        StoredFields = MailText.Guess(stored.AsSpan(0, start));
        _octets = start == 0 ? stored : stored[start..];
        _tree = MimeReader.Read(_octets);
        Parts = [.. _tree.DepthFirst().Select(e => new ContentPart(
            e.Index, e.Depth, e.MediaType, e.FileNames.Count > 0 ? MailText.OneLine(e.FileNames[0]) : null, e.Body.Length, e.IsLeaf, IsAttachment(e)))];
    }

    /// <summary>Fields put before the message when it was stored.</summary>
    public string StoredFields { get; }

    public string HeaderText => MailText.Guess(Slice(_tree.Root.Header, MaxHeader));

    public IReadOnlyList<ContentPart> Parts { get; }

    public IEnumerable<ContentPart> Attachments => Parts.Where(p => p.IsLeaf && p.IsAttachment);

    public bool HasHtml => FindText("text/html") is not null;

    /// <summary>The message itself, without the fields put before it.</summary>
    public ReadOnlyMemory<byte> Octets => _octets;

    /// <summary>The text to read; from the HTML where there is no plain text. Cut at <see cref="MaxText"/>; null when there is neither.</summary>
    public string? Text()
    {
        var text = FindText("text/plain") is { } plain ? Decode(plain, MaxText * 4) : FindText("text/html") is { } html ? SafeHtml.ToText(Decode(html, MaxHtml)) : null;
        return text is { Length: > MaxText } ? text[..MaxText] + "\n[cut]" : text;
    }

    /// <summary>The HTML rewritten by <see cref="SafeHtml"/>; null when there is none.</summary>
    public string? Html() => FindText("text/html") is { } html ? SafeHtml.Rewrite(Decode(html, MaxHtml)) : null;

    /// <summary>One part decoded; null when there is none of that number, or it holds others.</summary>
    public byte[]? Part(int index)
    {
        if (index < 0 || index >= _tree.Entities.Count || !_tree.Entities[index].IsLeaf)
            return null;
        var entity = _tree.Entities[index];
        return TransferDecoder.DecodeAll(entity.Encoding, Slice(entity.Body, int.MaxValue));
    }

    private MimeEntity? FindText(string type) => _tree.DepthFirst().FirstOrDefault(e => e.IsLeaf && e.MediaType == type && !IsAttachment(e));

    // What has a name or says so is a file; of the rest, text is for reading wherever it stands.
    private static bool IsAttachment(MimeEntity entity) =>
        entity.IsEmbedded || entity.FileNames.Count > 0
        || (entity.Dispositions.Count > 0 && entity.Dispositions[0].Value.StartsWith("attachment", StringComparison.OrdinalIgnoreCase))
        || (entity.IsLeaf && entity.MediaType is not ("text/plain" or "text/html") && entity.Parent is not null);

    private string Decode(MimeEntity entity, int maxOctets)
    {
        var octets = TransferDecoder.DecodeAll(entity.Encoding, Slice(entity.Body, maxOctets));
        var charset = entity.Parameter("charset");
        return charset is not null && Charset.Find(charset) is { } encoding ? encoding.GetString(octets) : MailText.Guess(octets);
    }

    private ReadOnlySpan<byte> Slice(OctetRange range, int max)
    {
        var start = (int)Math.Min(range.Offset, _octets.Length);
        var length = (int)Math.Min(Math.Min(range.Length, max), _octets.Length - start);
        return _octets.AsSpan(start, length);
    }
}
