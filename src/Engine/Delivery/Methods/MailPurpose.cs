namespace Amavis.Engine.Delivery.Methods;

/// <summary>Why mail leaves.</summary>
public enum MailPurpose
{
    /// <summary>To its recipients.</summary>
    Forward,
    /// <summary>The copy for <c>always_bcc</c>.</summary>
    BlindCopy,
    Quarantine,
    Archive,
    /// <summary>A delivery status notification.</summary>
    SenderNotice,
    /// <summary>To an administrator or a recipient.</summary>
    Notice,
    /// <summary>A stored message sent on.</summary>
    Release,
}
