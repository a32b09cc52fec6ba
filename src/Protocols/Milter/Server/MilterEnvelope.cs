using System.Globalization;
using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Protocols.AmPdp;
using Amavis.Protocols.Smtp.Server.Verbs;

namespace Amavis.Protocols.Milter.Server;

/// <summary>Arguments of MAIL and RCPT. The MTA has accepted them: parameters we do not know are passed over.</summary>
internal static class MilterEnvelope
{
    /// <summary>Digits of a SIZE (RFC 1870 §6).</summary>
    private const int SizeDigits = 20;

    /// <summary>With brackets or without; null: no address.</summary>
    public static MailAddress? Address(IReadOnlyList<string> arguments) => arguments.Count == 0 ? null : AmPdpAddress.Read(arguments[0]);

    /// <param name="declared">SIZE in octets; null: not told.</param>
    public static Envelope WithMailParameters(Envelope envelope, IReadOnlyList<string> arguments, out decimal? declared)
    {
        declared = null;
        foreach (var (keyword, value) in Parameters(arguments))
        {
            switch (keyword)
            {
                case "SIZE" when value.Length <= SizeDigits && decimal.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var size):
                    declared = size;
                    break;
                case "BODY":
                    envelope = envelope with { Body = value.ToUpperInvariant() switch { "7BIT" => BodyType.SevenBit, "8BITMIME" => BodyType.EightBitMime, _ => BodyType.Unspecified } };
                    break;
                case "SMTPUTF8":
                    envelope = envelope with { SmtpUtf8 = true };
                    break;
                case "RET" when value.ToUpperInvariant() is "FULL" or "HDRS":
                    envelope = envelope with { DsnReturn = value.ToUpperInvariant() };
                    break;
                case "ENVID" when value.Length > 0:
                    envelope = envelope with { DsnEnvelopeId = value };
                    break;
                case "AUTH" when value.Length > 0:
                    envelope = envelope with { Submitter = value };
                    break;
            }
        }
        return envelope;
    }

    public static EnvelopeRecipient Recipient(MailAddress address, int position, IReadOnlyList<string> arguments)
    {
        var recipient = new EnvelopeRecipient(address, position);
        foreach (var (keyword, value) in Parameters(arguments))
        {
            if (keyword == "NOTIFY" && RcptVerb.ReadNotify(value, out var notify).Code == 0)
                recipient = recipient with { Notify = notify };
            else if (keyword == "ORCPT" && value.Length > 0)
                recipient = recipient with { OriginalRecipient = value };
        }
        return recipient;
    }

    private static IEnumerable<(string Keyword, string Value)> Parameters(IReadOnlyList<string> arguments)
    {
        for (var i = 1; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            // What is written on protocol lines later must not end one.
            if (Smtp.SmtpLine.HasControl(argument))
                continue;
            var equals = argument.IndexOf('=');
            yield return equals < 0 ? (argument.ToUpperInvariant(), "") : (argument[..equals].ToUpperInvariant(), argument[(equals + 1)..]);
        }
    }
}
