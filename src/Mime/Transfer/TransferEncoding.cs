namespace Amavis.Mime.Transfer;

/// <summary>How the octets of a body stand in the message (RFC 2045 §6, and two older ways).</summary>
public enum TransferEncoding
{
    SevenBit,
    EightBit,
    Binary,
    Base64,
    QuotedPrintable,
    Uuencode,
    BinHex,
    /// <summary>Declared, but not one of ours: the octets are taken as they stand.</summary>
    Unknown,
}

/// <summary>Names of the encodings.</summary>
public static class TransferEncodings
{
    /// <summary>Reads the value of Content-Transfer-Encoding in lower case, without comments and blanks.</summary>
    public static TransferEncoding Parse(string name) => name switch
    {
        "" or "7bit" or "7-bit" => TransferEncoding.SevenBit,
        "8bit" or "8-bit" => TransferEncoding.EightBit,
        "binary" => TransferEncoding.Binary,
        "base64" or "base-64" or "x-base64" => TransferEncoding.Base64,
        "quoted-printable" or "quotedprintable" or "quoted_printable" or "x-quoted-printable" or "qp" => TransferEncoding.QuotedPrintable,
        "x-uuencode" or "x-uue" or "uuencode" or "uue" or "x-uu" or "uu" => TransferEncoding.Uuencode,
        "x-binhex" or "binhex" or "x-binhex40" or "binhex40" or "mac-binhex40" => TransferEncoding.BinHex,
        _ => TransferEncoding.Unknown,
    };

    /// <summary>True when the octets stand for themselves, so that nothing has to be decoded.</summary>
    public static bool IsIdentity(this TransferEncoding encoding) =>
        encoding is TransferEncoding.SevenBit or TransferEncoding.EightBit or TransferEncoding.Binary or TransferEncoding.Unknown;
}
