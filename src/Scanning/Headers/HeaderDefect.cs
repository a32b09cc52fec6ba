namespace Amavis.Scanning.Headers;

/// <summary>A fault of the header section.</summary>
/// <param name="Minor">Minor of the content category BadHeader: 1 MIME, 2 eight-bit, 3 control character, 4 blank line, 5 long line, 6 syntax,
/// 7 missing field, 8 duplicate field.</param>
/// <param name="Text">In words, with an excerpt; printable US-ASCII only.</param>
public sealed record HeaderDefect(int Minor, string Text);
