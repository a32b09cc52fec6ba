namespace Amavis.Mime.Structure;

/// <summary>One parameter of Content-Type or Content-Disposition as it stands in the field (RFC 2045 §5.1).</summary>
/// <param name="Name">Lower case; with the star forms of RFC 2231 as they are: <c>filename*0*</c>.</param>
/// <param name="Octets">The value without quotes, backslash pairs undone.</param>
/// <param name="IsQuoted">It stood in double quotes.</param>
/// <param name="IsOdd">Readers may see another value: a quote not closed, text after the closing quote, blanks in a token.</param>
public sealed record ContentParameter(string Name, ReadOnlyMemory<byte> Octets, bool IsQuoted, bool IsOdd);
