using System.Text;
using Amavis.Core.Messages;
using Amavis.Mime.Headers;

namespace Amavis.Scanning.Headers;

/// <summary>What the header check needs to know of a message.</summary>
public sealed record HeaderCheckInput
{
    public required HeaderSection Header { get; init; }

    /// <summary>Of the message the header begins.</summary>
    public required SpoolFacts Facts { get; init; }

    /// <summary>Faults of the MIME structure.</summary>
    public IReadOnlyList<string> MimeErrors { get; init; } = [];

    /// <summary>Keys of <c>allowed_header_tests</c> that are true.</summary>
    public required IReadOnlySet<string> AllowedTests { get; init; }

    /// <summary>The client asked for SMTPUTF8 (RFC 6531): text in UTF-8 is no fault then.</summary>
    public bool SmtpUtf8 { get; init; }
}

/// <summary>Looks for faults in the header section. Reads any octets, in linear time.</summary>
public static class HeaderCheck
{
    /// <summary>Faults reported of one message.</summary>
    public const int MaxDefects = 100;

    /// <summary>Of single fields: room is left for what is wrong with all of them together.</summary>
    private const int MaxFieldDefects = 75;

    private static readonly string[] Required = ["Date", "From"];

    /// <summary>RFC 5322 §3.6, RFC 2045 §3, RFC 2183 §2, RFC 3834 §5.</summary>
    private static readonly string[] Single =
    [
        "Date", "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "Message-ID", "References", "In-Reply-To", "MIME-Version",
        "Content-Type", "Content-Transfer-Encoding", "Content-ID", "Content-Description", "Content-Disposition", "Auto-Submitted",
    ];

    /// <returns>In the order of the fields, then faults of the whole; at most <see cref="MaxDefects"/>.</returns>
    public static IReadOnlyList<HeaderDefect> Run(HeaderCheckInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var tests = HeaderTests.Of(input.AllowedTests);
        if (tests == default && !input.AllowedTests.Contains("other"))
            return [];
        var defects = new List<HeaderDefect>();
        var counts = new int[Single.Length];
        ReadFields(input, tests, counts, defects);
        if (tests.Missing)
            foreach (var name in Required)
                if (counts[Array.IndexOf(Single, name)] == 0)
                    Add(defects, new HeaderDefect(7, $"Missing required header field: \"{name}\""));
        if (tests.Multiple)
            for (var i = 0; i < Single.Length; i++)
                if (counts[i] > 1)
                    Add(defects, new HeaderDefect(8, $"Duplicate header field: \"{Single[i]}\""));
        if (tests.Mime)
            foreach (var error in input.MimeErrors)
                Add(defects, new HeaderDefect(1, "MIME error: " + Printable(error)));
        return defects;
    }

    private static void ReadFields(HeaderCheckInput input, HeaderTests tests, int[] counts, List<HeaderDefect> defects)
    {
        var scratch = Array.Empty<byte>();
        var nextCr = 0;
        foreach (var field in input.Header.Fields)
        {
            Count(field.NameOctets, counts);
            if (!tests.AnyOfFields || defects.Count >= MaxFieldDefects)
                continue;
            var bareCr = BareCrIn(input.Facts.BareCrOffsets, field.Offset, field.Offset + field.Length, ref nextCr);
            var unwrapped = Unwrap(field.Octets.Span, bareCr, ref scratch, out var crAt);
            if (FieldTests.FirstFault(unwrapped, crAt, tests, input.SmtpUtf8) is { } defect)
                defects.Add(defect);
        }
    }

    /// <summary>Offset in the field of the first CR that was dropped there; -1: none. Offsets rise, and so do the fields.</summary>
    private static int BareCrIn(IReadOnlyList<long> offsets, int start, int end, ref int next)
    {
        while (next < offsets.Count && offsets[next] < start)
            next++;
        return next < offsets.Count && offsets[next] < end ? (int)offsets[next] - start : -1;
    }

    /// <summary>The field with LF between its lines and no line end; what has a single line is not copied.</summary>
    private static ReadOnlySpan<byte> Unwrap(ReadOnlySpan<byte> field, int bareCr, ref byte[] scratch, out int crAt)
    {
        if (field.EndsWith("\r\n"u8))
            field = field[..^2];
        crAt = Math.Min(bareCr, field.Length);
        if (field.IndexOf("\r\n"u8) < 0)
            return field;
        if (scratch.Length < field.Length)
            scratch = new byte[Math.Max(field.Length, 1024)];
        var length = 0;
        var at = 0;
        while (field[at..].IndexOf("\r\n"u8) is var line and >= 0)
        {
            field.Slice(at, line).CopyTo(scratch.AsSpan(length));
            scratch[length + line] = (byte)'\n';
            length += line + 1;
            at += line + 2;
            if (bareCr >= at)
                crAt--;
        }
        field[at..].CopyTo(scratch.AsSpan(length));
        return scratch.AsSpan(0, length + field.Length - at);
    }

    private static void Count(ReadOnlySpan<byte> name, int[] counts)
    {
        for (var i = 0; i < Single.Length; i++)
            if (Ascii.EqualsIgnoreCase(name, Single[i]))
                counts[i]++;
    }

    private static void Add(List<HeaderDefect> defects, HeaderDefect defect)
    {
        if (defects.Count < MaxDefects)
            defects.Add(defect);
    }

    private static string Printable(string text) => string.Concat(text.Select(c => c is >= ' ' and < '\x7f' ? c : '?'));
}
