using Amavis.Core.Messages;

namespace Amavis.Protocols.Smtp.Client;

/// <summary>Replies for the client before us, in the wording the logs and tools around the filter know.</summary>
internal static class ReplyTexts
{
    public static readonly SmtpReply TooManyHops = new(554, "5.4.6 Reject: Too many hops");
    public static readonly SmtpReply NoConversion = new(550, "5.6.3 Conversion to 7BIT required but not supported");
    public static readonly SmtpReply NoUtf8 = new(550, "5.6.7 SMTPUTF8 required but not supported by the next hop");
    public static readonly SmtpReply NoUtf8Address = new(553, "5.6.7 Address needs SMTPUTF8, which the next hop does not support");

    /// <summary>The next hop's answer handed back.</summary>
    /// <param name="detail">The last two parts of the enhanced code to use when the answer has none: "1.0", "5.0" or "6.0".</param>
    public static SmtpReply Relayed(in ServerReply reply, string detail, string remote) =>
        new(reply.Code, $"{reply.EnhancedCode ?? $"{reply.Code / 100}.{detail}"} from MTA({remote}): {reply.Line}");

    /// <summary>The next hop gave no answer that can be used.</summary>
    /// <param name="step">As in <c>fwd-rcpt-pip</c>.</param>
    public static SmtpReply Failed(WireFault fault, string step, string error, string remote, string logId) =>
        fault == WireFault.TimedOut
            ? new(450, $"4.4.2 Timed out during {step}, MTA({remote}), id={logId}")
            : new(451, $"4.5.0 From MTA({remote}) during {step} ({error}): id={logId}");

    public static SmtpReply NoAnswerToData(string remote) => new(450, $"4.5.0 from MTA({remote}): 450 4.5.0 No response to DATA");

    public static SmtpReply BailedOut(string cause, string remote, string logId) =>
        new(451, $"4.5.0 From MTA({remote}) during fwd-data-cmd (Bail out, another recipient was refused for now: {cause}): id={logId}");

    public static SmtpReply AllConnectsFailed(IReadOnlyCollection<string> tried, string logId) =>
        new(451, $"4.5.0 From MTA() during fwd-connect (All attempts ({tried.Count}) failed connecting to {string.Join(", ", tried)}): id={logId}");

    public static SmtpReply ConnectTimedOut(string logId) => new(450, $"4.4.1 Timed out during fwd-connect, MTA(), id={logId}");
}
