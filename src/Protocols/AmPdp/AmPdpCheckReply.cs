using System.Globalization;
using Amavis.Core.Messages;

namespace Amavis.Protocols.AmPdp;

/// <summary>The answer to a check.</summary>
public sealed record AmPdpCheckReply
{
    public required string LogId { get; init; }

    /// <summary>A new body, sender or hold in it can't be told: the protocol has no words for them.</summary>
    public required HandedBack HandedBack { get; init; }

    /// <summary>67 (no such user) or 69 for a reject; the other verdicts have one each.</summary>
    public int RejectExitCode { get; init; } = 69;

    /// <summary>For the client's own client; without an enhanced code it is not sent.</summary>
    public SmtpReply? Reply { get; init; }

    /// <summary>The recipients as the request has them: the client knows them by that.</summary>
    public IReadOnlyList<string> RecipientPaths { get; init; } = [];

    /// <summary>Where fields are inserted (prepend_header_fields_hdridx).</summary>
    public int InsertIndex { get; init; }

    public AmPdpReply ToReply()
    {
        var reply = new AmPdpReply().Add("version_server", "2").Add("log_id", LogId);
        if (Reply is { } given && AmPdpReply.Split(given.Text).Enhanced is not null)
            reply.SetReply(given);
        if (HandedBack.Verdict == ClientVerdict.Continue)
            AddEdits(reply);
        var (value, exitCode) = HandedBack.Verdict switch
        {
            ClientVerdict.Continue => ("continue", 0),
            ClientVerdict.Reject => ("reject", RejectExitCode),
            ClientVerdict.Discard => ("discard", 99),
            _ => ("tempfail", 75),
        };
        return reply.Add("return_value", value).Add("exit_code", exitCode.ToString(CultureInfo.InvariantCulture));
    }

    private void AddEdits(AmPdpReply reply)
    {
        foreach (var change in HandedBack.Recipients)
        {
            reply.Add("delrcpt", RecipientPaths[change.Index]);
            if (change.Replacement is not null)
                reply.Add("addrcpt", change.Replacement.Bracketed);
        }
        foreach (var change in HandedBack.Header)
        {
            if (change.Kind == FieldChangeKind.Delete)
                reply.Add("delheader", Number(change.Occurrence), change.Name.ToLowerInvariant());
            else if (change.Kind == FieldChangeKind.Replace)
                reply.Add("chgheader", Number(change.Occurrence), change.Name.ToLowerInvariant(), Body(change));
        }
        // Each goes above the one before, so the topmost is sent last.
        foreach (var change in HandedBack.Header.Reverse().Where(c => c.Kind == FieldChangeKind.Insert))
            reply.Add("insheader", Number(InsertIndex), change.Name, Body(change));
        foreach (var change in HandedBack.Header.Where(c => c.Kind == FieldChangeKind.Append))
            reply.Add("addheader", change.Name, Body(change));
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Body(FieldChange change) => change.Body.StartsWith(' ') ? change.Body[1..] : change.Body;
}
