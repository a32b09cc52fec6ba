using System.Buffers;
using Amavis.Mime.Transfer;

namespace Amavis.Decoding.Hidden;

/// <summary>What a run of encoded text is to be decoded by.</summary>
internal enum RunKind
{
    Base64,
    Uuencode,
    XxEncode,
    YEnc,
    BinHex,
    QuotedPrintable,
}

/// <summary>A stretch of text that is encoded by the look of it.</summary>
/// <param name="HasPadding">base64 with equals signs in front of its end.</param>
/// <param name="IsUrlSafe">base64 with hyphens or underscores.</param>
internal readonly record struct EncodedRun(RunKind Kind, int Start, int Length, bool HasPadding = false, bool IsUrlSafe = false);

/// <summary>
/// Finds encoded files in texts that do not say that they hold any: base64 blocks, uuencode, xxencode, yEnc, BinHex and
/// quoted-printable. One pass over the lines.
/// </summary>
internal static class EncodedRuns
{
    /// <summary>Characters of the first line of a block of base64; shorter ones are words.</summary>
    private const int MinFirstLine = 20;

    private const int MinDigits = 32;

    /// <summary>Runs reported of one text.</summary>
    private const int MaxRuns = 200;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="u8);

    public static List<EncodedRun> Find(ReadOnlySpan<byte> text)
    {
        var runs = new List<EncodedRun>();
        var lines = new Lines(text);
        var base64Start = -1;
        var base64End = 0;
        var numbers = 0;
        var softBreaks = 0;
        while (runs.Count < MaxRuns && lines.MoveNext())
        {
            var line = lines.Current;
            var shown = line.Trim(" \t\r"u8);
            // The lines of folded header fields begin with a blank.
            var isDigits = !shown.IsEmpty && line[0] > ' ' && !shown.ContainsAnyExcept(Digits);
            if (isDigits && (base64Start >= 0 || shown.Length >= MinFirstLine))
            {
                if (base64Start < 0)
                    base64Start = lines.Start;
                base64End = lines.End;
                continue;
            }
            if (base64Start >= 0)
                AddBase64(text, runs, base64Start, base64End);
            base64Start = -1;
            if (shown.IsEmpty)
                continue;
            if (TryFile(text, shown, ref lines, runs))
                continue;
            for (var at = AfterDataMark(line, 0); at >= 0 && runs.Count < MaxRuns; at = AfterDataMark(line, at))
                AddBase64(text, runs, lines.Start + at, lines.Start + EndOfDigits(line, at));
            CountQuoted(shown, ref numbers, ref softBreaks);
        }
        if (base64Start >= 0)
            AddBase64(text, runs, base64Start, base64End);
        // Addresses of the web have such numbers, too, but not so close together.
        if (numbers >= 3 && (long)numbers * 12 >= text.Length || softBreaks >= 3)
            runs.Add(new EncodedRun(RunKind.QuotedPrintable, 0, text.Length));
        return runs;
    }

    private static void AddBase64(ReadOnlySpan<byte> text, List<EncodedRun> runs, int start, int end)
    {
        if (end - start < MinDigits)
            return;
        var run = text[start..end];
        runs.Add(new EncodedRun(RunKind.Base64, start, run.Length, run.TrimEnd("=\r\n \t"u8).Contains((byte)'='), run.ContainsAny((byte)'-', (byte)'_')));
    }

    /// <summary>The digits of a data: address (RFC 2397) begin after this mark; -1 when there is none.</summary>
    private static int AfterDataMark(ReadOnlySpan<byte> line, int from)
    {
        var at = line[from..].IndexOf(";base64,"u8);
        return at < 0 ? -1 : from + at + ";base64,".Length;
    }

    private static int EndOfDigits(ReadOnlySpan<byte> line, int from)
    {
        var length = line[from..].IndexOfAnyExcept(Digits);
        return length < 0 ? line.Length : from + length;
    }

    private static void CountQuoted(ReadOnlySpan<byte> line, ref int numbers, ref int softBreaks)
    {
        if (line[^1] == '=')
            softBreaks++;
        for (var at = line.IndexOf((byte)'='); at >= 0 && at + 2 < line.Length;)
        {
            if (char.IsAsciiHexDigit((char)line[at + 1]) && char.IsAsciiHexDigit((char)line[at + 2]))
                numbers++;
            var next = line[(at + 1)..].IndexOf((byte)'=');
            at = next < 0 ? -1 : at + 1 + next;
        }
    }

    /// <summary>A file with a line that begins it; the lines are taken up to its end.</summary>
    private static bool TryFile(ReadOnlySpan<byte> text, ReadOnlySpan<byte> line, ref Lines lines, List<EncodedRun> runs)
    {
        var kind = KindOf(line);
        if (kind is null)
            return false;
        var begin = lines.Start;
        var data = lines.Next;
        if (kind == RunKind.Uuencode)
        {
            var first = new Lines(text[data..]);
            while (first.MoveNext() && first.Current.Trim(" \t\r"u8).IsEmpty)
            {
            }
            var sample = first.Current.Trim("\r"u8);
            if (!UuLine.IsData(sample.TrimEnd(" \t"u8)) && !UuLine.IsData(sample.TrimStart(" \t"u8)))
                kind = XxDecoder.IsData(sample) ? RunKind.XxEncode : null;
            if (kind is null)
                return false;
        }
        var end = -1;
        while (end < 0 && lines.MoveNext())
            if (Ends(kind.Value, lines.Current.Trim(" \t\r"u8)))
                end = kind is RunKind.YEnc or RunKind.BinHex ? lines.End : lines.Start;
        var start = kind is RunKind.YEnc or RunKind.BinHex ? begin : data;
        runs.Add(new EncodedRun(kind.Value, start, (end < 0 ? text.Length : end) - start));
        return true;
    }

    private static RunKind? KindOf(ReadOnlySpan<byte> line)
    {
        if ((line[0] | 0x20) == 'b' && StartsWithIgnoreCase(line, "begin"u8))
        {
            if (StartsWithIgnoreCase(line, "begin-base64"u8))
                return RunKind.Base64;
            var rest = line[5..];
            return !rest.IsEmpty && rest[0] is (byte)' ' or (byte)'\t' && rest.Trim(" \t"u8) is { Length: > 2 } mode && mode[0] is >= (byte)'0' and <= (byte)'7' ? RunKind.Uuencode : null;
        }
        if (line.StartsWith("=ybegin "u8))
            return RunKind.YEnc;
        return line.StartsWith("(This file must be converted"u8) ? RunKind.BinHex : null;
    }

    private static bool Ends(RunKind kind, ReadOnlySpan<byte> line) => kind switch
    {
        RunKind.Base64 => line.StartsWith("===="u8),
        RunKind.YEnc => line.StartsWith("=yend"u8),
        RunKind.BinHex => line.Length > 1 && line[^1] == ':',
        _ => line.Length == 3 && StartsWithIgnoreCase(line, "end"u8),
    };

    private static bool StartsWithIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower) =>
        text.Length >= lower.Length && System.Text.Ascii.EqualsIgnoreCase(text[..lower.Length], lower);

    /// <summary>Lines by LF; an octet CR before it belongs to the line.</summary>
    private ref struct Lines(ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> _text = text;

        /// <summary>Offset of the line.</summary>
        public int Start { get; private set; }

        /// <summary>Offset after its last octet, without LF.</summary>
        public int End { get; private set; }

        /// <summary>Offset of the line after it.</summary>
        public int Next { get; private set; }

        public readonly ReadOnlySpan<byte> Current => _text[Start..End];

        public bool MoveNext()
        {
            if (Next >= _text.Length)
            {
                Start = End = _text.Length;
                return false;
            }
            Start = Next;
            var length = _text[Start..].IndexOf((byte)'\n');
            End = length < 0 ? _text.Length : Start + length;
            Next = length < 0 ? _text.Length : End + 1;
            return true;
        }
    }
}
