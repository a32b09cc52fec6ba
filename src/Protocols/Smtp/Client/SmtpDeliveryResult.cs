using Amavis.Core.Messages;

namespace Amavis.Protocols.Smtp.Client;

/// <summary>What became of one recipient.</summary>
/// <param name="Reply">For the client before us: the next hop's answer in our words around it, or our own when there was none.</param>
/// <param name="RemoteMta"><c>smtp:[127.0.0.1]:10025</c>; null when no connection came about.</param>
/// <param name="RemoteReply">The next hop's answer as one line, control characters replaced; null when there was none.</param>
/// <param name="DsnPassedOn">The next hop took NOTIFY and ORCPT, so that reporting is its duty (RFC 3461 §5.2).</param>
public sealed record SmtpRecipientResult(SmtpReply Reply, string? RemoteMta, string? RemoteReply, bool DsnPassedOn)
{
    /// <summary>Where a method that keeps mail in files has put it; null: elsewhere, or nowhere.</summary>
    public string? Location { get; init; }
}

/// <summary>The outcome of one delivery.</summary>
/// <param name="Recipients">In the order of the delivery's recipients.</param>
/// <param name="Options">What MAIL carried besides the sender, for the log; empty when no MAIL was sent.</param>
/// <param name="Remarks">For the log: what was odd but did no harm (a refused XFORWARD, a dead connection replaced).</param>
public sealed record SmtpDeliveryResult(IReadOnlyList<SmtpRecipientResult> Recipients, string Options, IReadOnlyList<string> Remarks);
