namespace Amavis.Mime.Structure;

/// <summary>Where a header section ends; readers of mail differ.</summary>
public enum HeaderEnding
{
    /// <summary>At an empty line (RFC 5322 §2.1).</summary>
    EmptyLine,
    /// <summary>Also at a line of blanks.</summary>
    BlankLine,
    /// <summary>Also before a line that is neither field nor continuation.</summary>
    NonField,
}

/// <summary>Limits, and the choices where mail can be read in more than one way.</summary>
public sealed record MimeReaderOptions
{
    public static readonly MimeReaderOptions Default = new();

    /// <summary>Entities in all; reading stops at the next one.</summary>
    public int MaxParts { get; init; } = 1500;

    /// <summary>Of several boundary parameters the first one counts, not the last.</summary>
    public bool FirstBoundary { get; init; }

    /// <summary>Of several Content-Type fields the last one counts, not the first.</summary>
    public bool LastContentType { get; init; }

    public HeaderEnding HeaderEnding { get; init; }

    /// <summary>A delimiter line may go on with other text.</summary>
    public bool DelimiterPrefix { get; init; }

    /// <summary>A delimiter after the closing one opens another part.</summary>
    public bool ReopenClosed { get; init; }

    /// <summary>Files in texts (uuencode, BinHex) become parts.</summary>
    public bool ExtractEmbedded { get; init; } = true;

    /// <summary>message/rfc822 is opened; otherwise it is one leaf.</summary>
    public bool OpenMessages { get; init; }
}
