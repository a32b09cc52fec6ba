using System.Globalization;
using System.Text;
using Amavis.Core.Addresses;

namespace Amavis.Scanning.Spam;

/// <summary>Header fields that tell a spam scanner what the message itself does not: envelope, virus tests, policy bank, size.</summary>
internal static class SpamPseudoHeader
{
    /// <summary>Recipients named; a scanner has no use for more.</summary>
    private const int MaxRecipients = 500;

    /// <param name="limit">Octets that are sent, when the message is cut; null: it is whole.</param>
    public static byte[] Build(
        MailAddress sender, IReadOnlyList<MailAddress> recipients, IReadOnlyList<string> virusTests, string policyPath, long octets, long? limit)
    {
        var text = new StringBuilder(256);
        text.Append("Return-Path: ").Append(sender.Bracketed).Append("\r\n");
        text.Append("X-Envelope-To: ").AppendJoin(",\r\n ", recipients.Take(MaxRecipients).Select(r => r.Bracketed)).Append("\r\n");
        if (virusTests.Count > 0)
            text.Append("X-Amavis-AV-Status: ").AppendJoin(',', virusTests.Select(OneLine)).Append("\r\n");
        if (policyPath.Length > 0)
            text.Append("X-Amavis-PolicyBank: ").Append(OneLine(policyPath)).Append("\r\n");
        text.Append(CultureInfo.InvariantCulture, $"X-Amavis-MessageSize: {octets}");
        if (limit is not null)
            text.Append(CultureInfo.InvariantCulture, $", TRUNCATED to {limit}");
        return Encoding.UTF8.GetBytes(text.Append("\r\n").ToString());
    }

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
