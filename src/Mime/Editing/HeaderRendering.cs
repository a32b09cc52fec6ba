namespace Amavis.Mime.Editing;

/// <summary>How fields are written, and what is mended in the original header section.</summary>
public sealed record HeaderRendering
{
    public static readonly HeaderRendering Default = new();

    /// <summary>The message is sent with SMTPUTF8 (RFC 6531): nothing is encoded.</summary>
    public bool SmtpUtf8 { get; init; }

    /// <summary>Charset of encoded words; UTF-8 is used where it cannot hold the text.</summary>
    public string Charset { get; init; } = "utf-8";

    /// <summary>Encoded words in B, not in Q (RFC 2047 §4).</summary>
    public bool Base64Words { get; init; }

    /// <summary>Original fields: continuation lines with nothing but blanks are taken out, lone CRs as well.</summary>
    public bool RepairFolding { get; init; }

    /// <summary>Original fields: lines longer than 998 octets are cut, with an ellipsis.</summary>
    public bool RepairLongLines { get; init; }
}
