using System.Text;
using Amavis.Mime.Charsets;
using Amavis.Mime.Transfer;

namespace Amavis.Mime.Structure;

/// <summary>Turns the content fields of a header section into the properties of an entity.</summary>
internal static class EntityInterpreter
{
    /// <summary>Longest boundary, in octets; RFC 2046 §5.1.1 allows 70.</summary>
    public const int MaxBoundary = 16 * 1024;

    /// <summary>Sets all but the ranges.</summary>
    /// <param name="report">Takes the defects found.</param>
    /// <returns>The boundary to look for; null when this is no multipart or has no usable one.</returns>
    public static byte[]? Apply(MimeEntity entity, ContentHeader header, MimeReaderOptions options, Action<MimeDefectKind> report)
    {
        // The lists of a header without such fields are filled on by the next header section: they must not be shared.
        entity.ContentTypes = header.Types.Count > 0 ? header.Types : [];
        entity.Dispositions = header.Dispositions.Count > 0 ? header.Dispositions : [];
        if (header.TooLong)
            report(MimeDefectKind.ContentFieldTooLong);
        if (header.OddName)
            report(MimeDefectKind.OddFieldName);
        var type = header.Types.Count == 0 ? null : options.LastContentType ? header.Types[^1] : header.Types[0];
        entity.MediaType = MediaTypeOf(type, entity.Parent);
        if (header.Types.Skip(1).Any(other => Differ(header.Types[0], other)))
            report(MimeDefectKind.RepeatedContentType);
        // RFC 2045 §5.2: what cannot be read as a type is plain text; the declared words are kept for the banned rules.
        if (!entity.MediaType.Contains('/', StringComparison.Ordinal))
            entity.EffectiveType = "text/plain";
        if (type is { IsOdd: true })
            report(MimeDefectKind.OddContentField);
        if (header.Dispositions.Count > 0 || header.Types.Count > 0)
            entity.FileNames = FileNames.Collect(header.Dispositions, header.Types);
        SetEncoding(entity, header.Encodings, report);
        if (!entity.MediaType.StartsWith("multipart/", StringComparison.Ordinal))
        {
            if (type is not null && type.Parameters.Any(p => p.Name.StartsWith("boundary", StringComparison.Ordinal)))
                report(MimeDefectKind.UnusedBoundary);
            return null;
        }
        var boundary = type is null ? null : BoundaryOf(type, options, report);
        if (boundary is not null)
            return boundary;
        report(MimeDefectKind.BoundaryUnusable);
        entity.EffectiveType = "application/x-unparseable-multipart";
        return null;
    }

    /// <summary>RFC 2045 §5.2: text/plain by default; RFC 2046 §5.1.5: message/rfc822 in a digest.</summary>
    private static string MediaTypeOf(ContentField? type, MimeEntity? parent)
    {
        var declared = type?.Value ?? "";
        var slash = declared.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && slash + 1 < declared.Length)
            return declared;
        if (declared is "multipart" or "multipart/")
            return "multipart/mixed";
        if (declared.Length > 0)
            return declared;
        return parent?.MediaType == "multipart/digest" ? "message/rfc822" : "text/plain";
    }

    private static bool Differ(ContentField one, ContentField other) =>
        one.Value != other.Value || !one.All("boundary").Select(p => Encoding.Latin1.GetString(p.Octets.Span))
            .SequenceEqual(other.All("boundary").Select(p => Encoding.Latin1.GetString(p.Octets.Span)));

    private static void SetEncoding(MimeEntity entity, List<ContentField> fields, Action<MimeDefectKind> report)
    {
        if (fields.Count == 0)
            return;
        entity.EncodingName = fields[0].Value;
        entity.Encoding = TransferEncodings.Parse(fields[0].Value);
        if (fields[0].IsOdd)
            report(MimeDefectKind.OddContentField);
        var others = new List<TransferEncoding>(0);
        foreach (var field in fields)
            if (TransferEncodings.Parse(field.Value) is var other && other != entity.Encoding && !others.Contains(other))
                others.Add(other);
        if (others.Any(o => !(o.IsIdentity() && entity.Encoding.IsIdentity())))
            report(MimeDefectKind.RepeatedTransferEncoding);
        if (entity.Encoding == TransferEncoding.Unknown)
        {
            report(MimeDefectKind.UnknownEncoding);
            entity.EffectiveType = "application/octet-stream";
            others.Add(TransferEncoding.Base64);
            others.Add(TransferEncoding.QuotedPrintable);
        }
        if (!entity.Encoding.IsIdentity())
        {
            // message/global may be encoded, RFC 6532 §3.7.
            if (entity.MediaType.StartsWith("multipart/", StringComparison.Ordinal))
                report(MimeDefectKind.EncodedMultipart);
            else if (entity.MediaType.StartsWith("message/", StringComparison.Ordinal)
                     && !entity.MediaType.StartsWith("message/global", StringComparison.Ordinal))
                report(MimeDefectKind.EncodedMessage);
        }
        if (others.Count > 0)
            entity.OtherEncodings = [.. others.Distinct()];
    }

    private static byte[]? BoundaryOf(ContentField type, MimeReaderOptions options, Action<MimeDefectKind> report)
    {
        ContentParameter? chosen = null;
        var count = 0;
        foreach (var parameter in type.Parameters)
        {
            if (parameter.Name != "boundary")
                continue;
            count++;
            if (chosen is null || !options.FirstBoundary)
                chosen = parameter;
        }
        var extended = type.Parameters.Any(p => p.Name.StartsWith("boundary*", StringComparison.Ordinal));
        if (count > 1 || (extended && count > 0))
            report(MimeDefectKind.RepeatedBoundary);
        ReadOnlySpan<byte> value;
        if (extended && (chosen is null || options.FirstBoundary))
        {
            value = ParameterValue.Find(type, "boundary") is { } text ? Encoding.UTF8.GetBytes(text) : default;
        }
        else if (chosen is null)
        {
            return null;
        }
        else
        {
            value = chosen.Octets.Span;
            if (IsOdd(chosen))
                report(MimeDefectKind.OddBoundary);
            // A token ends at its first blank, RFC 2045 §5.1; quoted ones may hold blanks.
            var blank = value.IndexOfAny((byte)' ', (byte)'\t');
            if (!chosen.IsQuoted && blank > 0)
                value = value[..blank];
            if (value.Contains((byte)'\\'))
                value = WithoutEscapes(value);
        }
        value = value.TrimEnd(" \t"u8);
        return value.IsEmpty || value.Length > MaxBoundary || value.IndexOfAny((byte)'\r', (byte)'\n') >= 0 ? null : value.ToArray();
    }

    /// <summary>A backslash stands for the octet after it, RFC 5322 §3.2.1; readers that keep it see another boundary.</summary>
    private static byte[] WithoutEscapes(ReadOnlySpan<byte> value)
    {
        var plain = new byte[value.Length];
        var length = 0;
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length)
                i++;
            plain[length++] = value[i];
        }
        return plain[..length];
    }

    private static bool IsOdd(ContentParameter boundary)
    {
        var value = boundary.Octets.Span;
        return boundary.IsOdd || (!boundary.IsQuoted && value.Contains((byte)'(')) || value.Contains((byte)'\\')
            || (EncodedWords.MayOccur(value) && EncodedWords.Decode(value) != Encoding.Latin1.GetString(value));
    }
}
