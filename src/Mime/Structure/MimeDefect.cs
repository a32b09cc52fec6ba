namespace Amavis.Mime.Structure;

/// <summary>What is wrong with the structure of a message. Numbers only grow.</summary>
public enum MimeDefectKind
{
    /// <summary>A multipart without boundary parameter, or with an empty or over-long one, or one with a line end.</summary>
    BoundaryUnusable = 1,
    /// <summary>The header section of the message or a part ends without an empty line.</summary>
    HeaderNotEnded = 2,
    /// <summary>A line in a part's header section is neither field nor continuation.</summary>
    HeaderUnparsable = 3,
    /// <summary>No delimiter line of a multipart was found.</summary>
    EndInPreamble = 4,
    /// <summary>The message ends before the closing delimiter of a multipart.</summary>
    NoClosingDelimiter = 5,
    /// <summary>A delimiter of an outer multipart came before the closing one of an inner.</summary>
    CutByOuterDelimiter = 6,
    /// <summary>base64 or quoted-printable declared for a multipart, against RFC 2045 §6.4.</summary>
    EncodedMultipart = 7,
    /// <summary>The same for a message type.</summary>
    EncodedMessage = 8,
    /// <summary>More parts than allowed; reading stopped there.</summary>
    TooManyParts = 9,
    /// <summary>Several boundary parameters; the last one was taken.</summary>
    RepeatedBoundary = 20,
    /// <summary>Several Content-Type fields that differ; the first one was taken.</summary>
    RepeatedContentType = 21,
    /// <summary>Several Content-Transfer-Encoding fields that differ; the first one was taken.</summary>
    RepeatedTransferEncoding = 22,
    /// <summary>A boundary with a quote not closed, or with text after its closing quote.</summary>
    OddBoundary = 23,
    /// <summary>A delimiter line of a multipart that was closed before.</summary>
    DelimiterAfterClose = 24,
    /// <summary>A line begins with a delimiter but goes on with other text; it was not taken for one.</summary>
    DelimiterWithTail = 25,
    /// <summary>A line of blanks inside a header section, which some readers take for its end.</summary>
    BlankLineInHeader = 26,
    /// <summary>A multipart has the boundary of one around it.</summary>
    NestedSameBoundary = 27,
    /// <summary>A content field was too long to be kept whole.</summary>
    ContentFieldTooLong = 28,
    /// <summary>The type or the encoding is written in a way some readers do not understand.</summary>
    OddContentField = 29,
    /// <summary>A transfer encoding that is not known; the octets are taken as they stand.</summary>
    UnknownEncoding = 30,
    /// <summary>A uuencoded or BinHex file in a text without its end.</summary>
    EmbeddedFileNotEnded = 31,
    /// <summary>A content field with blanks or control characters between name and colon.</summary>
    OddFieldName = 32,
    /// <summary>A line in the header section of the message is neither field nor continuation.</summary>
    NonFieldLine = 33,
    /// <summary>A boundary parameter of a type that is no multipart.</summary>
    UnusedBoundary = 34,
}

/// <summary>One defect.</summary>
/// <param name="Offset">Octets from the start of the message to the line in question; its length for what was found at the end.</param>
/// <param name="Entity">Index of the entity it was found in.</param>
public readonly record struct MimeDefect(MimeDefectKind Kind, long Offset, int Entity);

/// <summary>What defects mean.</summary>
public static class MimeDefects
{
    /// <summary>The structure is broken: bad header (category 4,1), and scanners see the whole mail.</summary>
    public static bool IsError(this MimeDefectKind kind) => kind is >= MimeDefectKind.BoundaryUnusable and <= MimeDefectKind.TooManyParts;

    /// <summary>
    /// Mail readers may see parts we do not: attribute B, category unchecked. Kept to what does not occur in good mail;
    /// weaker signs only lead to a second reading (<see cref="MimeTree.OtherReadings"/>).
    /// </summary>
    public static bool IsAmbiguity(this MimeDefectKind kind) => kind
        is MimeDefectKind.RepeatedBoundary
        or MimeDefectKind.RepeatedContentType
        or MimeDefectKind.RepeatedTransferEncoding
        or MimeDefectKind.OddBoundary
        or MimeDefectKind.DelimiterWithTail
        or MimeDefectKind.NestedSameBoundary
        or MimeDefectKind.ContentFieldTooLong
        or MimeDefectKind.OddFieldName;

    /// <summary>In words, for the report on MIME errors.</summary>
    public static string Describe(this MimeDefectKind kind) => kind switch
    {
        MimeDefectKind.BoundaryUnusable => "multipart boundary is missing or unusable",
        MimeDefectKind.HeaderNotEnded => "header section is not ended by an empty line",
        MimeDefectKind.HeaderUnparsable => "line in the header section of a part is no header field",
        MimeDefectKind.EndInPreamble => "multipart ends inside its preamble",
        MimeDefectKind.NoClosingDelimiter => "multipart ends without its closing boundary",
        MimeDefectKind.CutByOuterDelimiter => "part is not ended by its own boundary",
        MimeDefectKind.EncodedMultipart => "transfer encoding on a multipart",
        MimeDefectKind.EncodedMessage => "transfer encoding on a message type",
        MimeDefectKind.TooManyParts => "too many MIME parts",
        MimeDefectKind.RepeatedBoundary => "repeated boundary parameter",
        MimeDefectKind.RepeatedContentType => "repeated Content-Type field",
        MimeDefectKind.RepeatedTransferEncoding => "repeated Content-Transfer-Encoding field",
        MimeDefectKind.OddBoundary => "boundary parameter is badly quoted",
        MimeDefectKind.DelimiterAfterClose => "boundary after the closing one",
        MimeDefectKind.DelimiterWithTail => "boundary line with text after it",
        MimeDefectKind.BlankLineInHeader => "line of blanks in a header section",
        MimeDefectKind.NestedSameBoundary => "inner multipart with the boundary of an outer one",
        MimeDefectKind.ContentFieldTooLong => "over-long content field",
        MimeDefectKind.OddContentField => "odd content field",
        MimeDefectKind.UnknownEncoding => "unknown transfer encoding",
        MimeDefectKind.EmbeddedFileNotEnded => "embedded file without an end",
        MimeDefectKind.UnusedBoundary => "boundary parameter of a type that is no multipart",
        MimeDefectKind.NonFieldLine => "line in the header section is no header field",
        _ => "odd field name",
    };
}
