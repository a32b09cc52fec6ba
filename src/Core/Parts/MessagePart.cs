namespace Amavis.Core.Parts;

/// <summary>Findings about a part, each with the letter it has in part paths.</summary>
[Flags]
public enum PartAttributes
{
    None = 0,
    /// <summary>U: could not be taken apart in full.</summary>
    Undecipherable = 1,
    /// <summary>C: encrypted.</summary>
    Encrypted = 2,
    /// <summary>B: can be read in more than one way.</summary>
    Ambiguous = 4,
    /// <summary>D: a directory of an archive.</summary>
    Directory = 8,
    /// <summary>L: a link.</summary>
    Link = 16,
    /// <summary>S: neither a regular file, a directory nor a link.</summary>
    Special = 32,
}

/// <summary>The decoded octets of a part. Lives as long as the message; reading is repeatable.</summary>
public interface IPartContent
{
    /// <summary>Length in octets, after transfer decoding.</summary>
    long Length { get; }

    /// <summary>A new stream from the first octet on; the caller disposes it.</summary>
    Stream OpenRead();
}

/// <summary>
/// A node of the part tree: a MIME entity, a member of an archive, a preamble. Numbers are given once per message and never
/// used again; names are data and never become paths.
/// </summary>
public sealed class MessagePart
{
    private readonly List<MessagePart> _children = [];

    public MessagePart(int number, MessagePart? parent, string placement)
    {
        Number = number;
        Parent = parent;
        Placement = placement;
        ForScannersOnly = parent is { ForScannersOnly: true };
        parent?._children.Add(this);
    }

    /// <summary>From 1.</summary>
    public int Number { get; }

    /// <summary><c>p001</c>; <c>h001</c> for what only the scanners see, which is counted by itself.</summary>
    public string BaseName => ForScannersOnly ? $"h{Number:d3}" : $"p{Number:d3}";

    /// <summary>
    /// Found beside the parts of the message: virus scanners see it; no rule about parts applies to it, as it has no place in the
    /// message. So it is for all that comes out of it.
    /// </summary>
    public bool ForScannersOnly { get; init; }

    public MessagePart? Parent { get; }

    public IReadOnlyList<MessagePart> Children => _children;

    /// <summary>Address in the tree: <c>1/2/1</c>; empty for parts that have none.</summary>
    public string Placement { get; }

    /// <summary>Declared media type, then the one it was taken for when that differs; lower case.</summary>
    public IReadOnlyList<string> DeclaredTypes { get; set; } = [];

    /// <summary>Types found in the content, without the dot: <c>exe</c>, <c>exe-ms</c>.</summary>
    public IReadOnlyList<string> ShortTypes { get; set; } = [];

    /// <summary>Description of the content in words, like the output of file(1).</summary>
    public string FullType { get; set; } = "";

    /// <summary>Every name this part could be given by a reader, decoded and raw.</summary>
    public IReadOnlyList<string> Names { get; set; } = [];

    public PartAttributes Attributes { get; set; }

    /// <summary>Null for containers, directories and members that could not be read.</summary>
    public IPartContent? Content { get; set; }

    /// <summary>An archive that was taken apart in full: its members stand for it, as they do where the original removes its file.</summary>
    public bool IsUnpacked { get; set; }

    /// <summary>Size in octets; 0 when there is no content.</summary>
    public long Size => Content?.Length ?? 0;

    /// <summary>A leaf is what the banned rules look at; it may have no content.</summary>
    public bool IsLeaf => _children.Count == 0;

    /// <summary>From the top part down to this one.</summary>
    public IReadOnlyList<MessagePart> Path
    {
        get
        {
            var path = new List<MessagePart>();
            for (var part = this; part is not null; part = part.Parent)
                path.Add(part);
            path.Reverse();
            return path;
        }
    }
}

/// <summary>What came of taking a message apart.</summary>
public sealed record PartTree
{
    /// <summary>All parts in the order of their numbers.</summary>
    public required IReadOnlyList<MessagePart> Parts { get; init; }

    /// <summary>What was found beside the parts, see <see cref="MessagePart.ForScannersOnly"/>; in the order it was found.</summary>
    public IReadOnlyList<MessagePart> Hidden { get; init; } = [];

    /// <summary>The structure has defects, even if no more than many a writer of mail makes: scanners see the whole message, too.</summary>
    public bool HasDefects { get; init; }

    /// <summary>Faults of the MIME structure, in words; they feed the header check and show the whole mail to the scanners.</summary>
    public IReadOnlyList<string> MimeErrors { get; init; } = [];

    /// <summary>Why unpacking was given up (levels, files, octets, ratio), or null. Scanners are not given a bomb.</summary>
    public string? Hold { get; init; }

    /// <summary>The configuration wants scanners to see the whole message in any case.</summary>
    public bool KeepsWholeMessage { get; init; }

    /// <summary>A program that was to unpack something was killed: by a signal, by its limits, or because its time was up.</summary>
    public bool DecoderDied { get; init; }

    /// <summary>Levels, files or octets were exceeded.</summary>
    public bool OverLimits { get; init; }

    public bool AnyEncrypted => Parts.Any(p => p.Attributes.HasFlag(PartAttributes.Encrypted));

    public bool AnyUndecipherable => Parts.Any(p => p.Attributes.HasFlag(PartAttributes.Undecipherable));

    public bool AnyAmbiguous => Parts.Any(p => p.Attributes.HasFlag(PartAttributes.Ambiguous));
}
