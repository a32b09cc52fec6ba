using System.Text;
using Amavis.Core.Addresses;
using Amavis.Core.Messages;

namespace Amavis.Protocols.Smtp.Client;

/// <summary>
/// Sender, recipients and parameters of MAIL and RCPT as the next hop can take them, or why it can't.
/// </summary>
internal sealed class MailOptions
{
    private readonly SmtpDelivery _delivery;
    private readonly NextHopFeatures _features;

    public MailOptions(SmtpDelivery delivery, NextHopFeatures features)
    {
        _delivery = delivery;
        _features = features;
        PassesDsn = features.Dsn && delivery.PropagateDsn;
        if (delivery is { Body: BodyType.EightBitMime, Message.EightBit: true } && !features.EightBitMime)
            Refusal = ReplyTexts.NoConversion;
        else if (delivery is { SmtpUtf8: true, HeaderIsUtf8: true } && !features.SmtpUtf8)
            Refusal = ReplyTexts.NoUtf8;
        Sender = Path(delivery.Sender);
        if (Sender is null)
            Refusal ??= ReplyTexts.NoUtf8;
    }

    /// <summary>The message can't go to this next hop at all; null: it can.</summary>
    public SmtpReply? Refusal { get; }

    /// <summary>NOTIFY and ORCPT go with the recipients.</summary>
    public bool PassesDsn { get; }

    /// <summary>Sender in brackets; null when the next hop can't take it.</summary>
    public string? Sender { get; }

    /// <summary>A recipient in brackets; null when the next hop can't take it.</summary>
    public string? Recipient(SmtpDeliveryRecipient recipient) => Path(recipient.Address);

    /// <summary>Parameters of MAIL, separated by blanks; no SIZE, as the header edits are not counted yet.</summary>
    public string MailParameters()
    {
        var text = new StringBuilder();
        if (PassesDsn && _delivery.DsnReturn is "FULL" or "HDRS")
            Add(text, "RET=", _delivery.DsnReturn);
        if (_features.EightBitMime && _delivery.Body != BodyType.Unspecified)
            Add(text, "BODY=", _delivery.Body == BodyType.SevenBit ? "7BIT" : "8BITMIME");
        if (PassesDsn && IsParameter(_delivery.DsnEnvelopeId))
            Add(text, "ENVID=", _delivery.DsnEnvelopeId!);
        if (_features.SmtpUtf8 && (_delivery.SmtpUtf8 || NeedsUtf8()))
            Add(text, "SMTPUTF8", "");
        if (_features.Auth && IsParameter(_delivery.Submitter))
            Add(text, "AUTH=", _delivery.Submitter!);
        return text.ToString();
    }

    /// <summary>Parameters of RCPT (RFC 3461 §4.1, §4.2) with a blank before each.</summary>
    public string RcptParameters(SmtpDeliveryRecipient recipient)
    {
        if (!PassesDsn || (recipient.Notify == DsnNotify.Unspecified && recipient.OriginalRecipient is null))
            return "";
        var text = new StringBuilder();
        if (recipient.Notify != DsnNotify.Unspecified)
            text.Append(" NOTIFY=").Append(NotifyText(recipient.Notify));
        if (IsParameter(recipient.OriginalRecipient))
            text.Append(" ORCPT=").Append(recipient.OriginalRecipient);
        return text.ToString();
    }

    private static string NotifyText(DsnNotify notify)
    {
        if ((notify & DsnNotify.Never) != 0)
            return "NEVER";
        var words = new List<string>(3);
        if ((notify & DsnNotify.Success) != 0)
            words.Add("SUCCESS");
        if ((notify & DsnNotify.Failure) != 0)
            words.Add("FAILURE");
        if ((notify & DsnNotify.Delay) != 0)
            words.Add("DELAY");
        return string.Join(',', words);
    }

    private static void Add(StringBuilder text, string name, string value) =>
        text.Append(text.Length == 0 ? "" : " ").Append(name).Append(value);

    /// <summary>A parameter value that is no single word of printable characters is left out, not repaired.</summary>
    private bool IsParameter(string? value)
    {
        if (string.IsNullOrEmpty(value))
            return false;
        foreach (var c in value)
            if (c is <= ' ' or '\x7f' || (c > '\x7f' && !_features.SmtpUtf8))
                return false;
        return true;
    }

    private bool NeedsUtf8()
    {
        if (_delivery.Sender.NeedsUtf8)
            return true;
        foreach (var recipient in _delivery.Recipients)
            if (recipient.Address.NeedsUtf8)
                return true;
        return false;
    }

    private string? Path(MailAddress address)
    {
        if (_features.SmtpUtf8 || !address.NeedsUtf8)
            return address.Bracketed;
        if (!Ascii.IsValid(address.LocalPart))
            return null;
        var domain = DomainNames.Normalize(address.Domain);
        return Ascii.IsValid(domain) ? new MailAddress(address.LocalPart, domain).Bracketed : null;
    }
}
