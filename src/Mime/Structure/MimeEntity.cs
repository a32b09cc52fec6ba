using Amavis.Mime.Transfer;

namespace Amavis.Mime.Structure;

/// <summary>
/// The message itself, a body part, or a file found inside a text (uuencode, BinHex). Offsets count octets of the message as
/// given to the reader. A parent always has a lower <see cref="Index"/> than its children.
/// </summary>
public sealed class MimeEntity
{
    private List<MimeEntity>? _children;

    internal MimeEntity(int index, MimeEntity? parent, long headerOffset)
    {
        Index = index;
        Parent = parent;
        Depth = parent is null ? 0 : parent.Depth + 1;
        Header = new OctetRange(headerOffset, 0);
        parent?.AddChild(this);
    }

    /// <summary>Position in <see cref="MimeTree.Entities"/>: the order of appearance.</summary>
    public int Index { get; }

    /// <summary>Null for the message itself.</summary>
    public MimeEntity? Parent { get; }

    public IReadOnlyList<MimeEntity> Children => (IReadOnlyList<MimeEntity>?)_children ?? [];

    /// <summary>0 for the message itself. May be in the thousands: walk the tree with <see cref="MimeTree.DepthFirst"/>, not recursively.</summary>
    public int Depth { get; }

    /// <summary>Header section with the line end of its last field, without the empty line. Empty for files found in a text.</summary>
    public OctetRange Header { get; internal set; }

    /// <summary>Body without the line end that belongs to the delimiter after it; for a multipart from its preamble to its epilogue.</summary>
    public OctetRange Body { get; internal set; }

    /// <summary>Lower case; what the default is when nothing usable is declared. <c>multipart/mixed</c> for a text that holds files.</summary>
    public string MediaType { get; internal set; } = "text/plain";

    /// <summary>
    /// What it was taken for, when not for <see cref="MediaType"/>: application/x-unparseable-multipart without a boundary,
    /// application/octet-stream with an unknown encoding, text/plain when the declared words are no type; else null.
    /// </summary>
    public string? EffectiveType { get; internal set; }

    /// <summary>The Content-Type fields in order; the first one counts.</summary>
    public IReadOnlyList<ContentField> ContentTypes { get; internal set; } = [];

    /// <summary>The Content-Disposition fields in order.</summary>
    public IReadOnlyList<ContentField> Dispositions { get; internal set; } = [];

    public TransferEncoding Encoding { get; internal set; }

    /// <summary>As declared, lower case; null when there was no field.</summary>
    public string? EncodingName { get; internal set; }

    /// <summary>Encodings other readers may apply to this body: scanners should see these readings, too. Mostly empty.</summary>
    public IReadOnlyList<TransferEncoding> OtherEncodings { get; internal set; } = [];

    /// <summary>All names a reader could give it, the usual ones first.</summary>
    public IReadOnlyList<string> FileNames { get; internal set; } = [];

    /// <summary>Text before the first delimiter of a multipart, without the line end before that; null otherwise.</summary>
    public OctetRange? Preamble { get; internal set; }

    /// <summary>Text after the closing delimiter of a multipart; null when it was not closed.</summary>
    public OctetRange? Epilogue { get; internal set; }

    /// <summary>Found inside a text, not declared by a header section.</summary>
    public bool IsEmbedded { get; internal init; }

    /// <summary>Was a text until files were found in it (uuencode, BinHex).</summary>
    public bool HoldsEmbedded { get; internal set; }

    /// <summary>A defect of the kinds that make a part ambiguous was found here.</summary>
    public bool IsAmbiguous { get; internal set; }

    /// <summary>A multipart whose boundary was usable, and opened as one.</summary>
    public bool IsMultipart { get; internal set; }

    /// <summary>No children: its body holds content. True for a multipart in which no delimiter was found.</summary>
    public bool IsLeaf => _children is null;

    /// <summary>A parameter of the first Content-Type, decoded; null when absent.</summary>
    public string? Parameter(string name) => ContentTypes.Count == 0 ? null : ParameterValue.Find(ContentTypes[0], name);

    private void AddChild(MimeEntity child) => (_children ??= []).Add(child);

    /// <summary>Takes back children added since, when what looked like files turned out to be text.</summary>
    internal void RemoveChildren() => _children = null;
}
