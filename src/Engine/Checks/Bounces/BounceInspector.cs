using Amavis.Core.Messages;
using Amavis.Mime.Headers;
using Amavis.Mime.Structure;
using Amavis.Mime.Transfer;

namespace Amavis.Engine.Checks.Bounces;

/// <summary>
/// Recognises bounces and reports by the structure of a message (RFC 3464, RFC 3798, RFC 5965 and what programs without them
/// send) and finds the id of the message they are about. Pure.
/// </summary>
internal static class BounceInspector
{
    private const int MaxOctets = 256 << 10;

    private static readonly string[] ReportTypes =
    [
        "message/delivery-status", "message/global-delivery-status", "message/disposition-notification", "message/global-disposition-notification",
        "message/feedback-report",
    ];

    private static readonly string[] HeaderTypes = ["text/rfc822-headers", "message/global-headers", "message/rfc822", "message/global"];

    private static readonly string[] LooseHeaderTypes = [.. HeaderTypes, "message/rfc822-headers"];

    /// <summary>Null: not a bounce.</summary>
    public static BouncedMail? Inspect(MimeTree tree, Spool spool, HeaderFacts facts, bool nullSender)
    {
        List<MimeEntity> parts = [tree.Root, .. tree.Root.Children.Where(c => !c.IsEmbedded)];
        if (Rule(parts, facts, nullSender) is not { } rule)
            return null;
        var (number, part, isPlainText, isCertain) = rule;
        var header = ReturnedHeader.Read(Octets(part, spool), isPlainText);
        return isCertain || header.IsProof ? new BouncedMail(number, header.MessageId) : null;
    }

    private static (int Number, MimeEntity Part, bool IsPlainText, bool IsCertain)? Rule(List<MimeEntity> parts, HeaderFacts facts, bool nullSender)
    {
        var type = parts[0].MediaType;
        var last = parts[^1];
        var report = (parts[0].Parameter("report-type") ?? "").ToLowerInvariant();
        bool Reports(int index) => index < parts.Count && ReportTypes.Contains(parts[index].MediaType) && parts[index].MediaType == "message/" + report;

        if (type == "multipart/report")
        {
            if (parts.Count == 4 && Reports(2) && (LooseHeaderTypes.Contains(last.MediaType) || last.MediaType == "message/partial"))
                return (1, last, false, true);
            if (parts.Count == 5 && report == "delivery-status" && Reports(3) && HeaderTypes.Contains(last.MediaType))
                return (2, last, false, true);
            if (parts.Count == 4 && report == "delivery-status" && Reports(2) && last.MediaType == "text/plain")
                return (3, last, true, false);
            if (parts.Count is 3 or 4 && report == "delivery-status" && HeaderTypes.Contains(last.MediaType))
                return (4, last, false, true);
            return null;
        }
        var author = facts.Author?.LocalPart ?? "";
        var isDaemon = author.Equals("mailer-daemon", StringComparison.OrdinalIgnoreCase);
        var subject = facts.Subject ?? "";
        if (parts.Count is >= 3 and <= 5 && type == "multipart/mixed" && LooseHeaderTypes.Contains(last.MediaType)
            && (isDaemon || Has(subject, "Delivery Failure Notification") || Has(subject, "failure notice")))
            return (5, last, false, false);
        if (!facts.IsAuto || !nullSender)
            return null;
        if (parts.Count is >= 3 and <= 5 && type == "multipart/mixed" && HeaderTypes.Contains(last.MediaType)
            && (facts.Author?.Unquoted ?? "").StartsWith("notify@yahoo", StringComparison.OrdinalIgnoreCase))
            return (6, last, false, false);
        return parts.Count == 1 && (isDaemon || author.Equals("postmaster", StringComparison.OrdinalIgnoreCase)) ? (7, parts[0], true, false) : null;
    }

    private static bool Has(string text, string piece) => text.Contains(piece, StringComparison.OrdinalIgnoreCase);

    private static byte[] Octets(MimeEntity part, Spool spool)
    {
        var raw = new byte[(int)Math.Min(part.Body.Length, MaxOctets)];
        var octets = raw.AsSpan(0, spool.Read(part.Body.Offset, raw));
        return part.Encoding is TransferEncoding.Base64 or TransferEncoding.QuotedPrintable ? TransferDecoder.DecodeAll(part.Encoding, octets) : octets.ToArray();
    }
}
