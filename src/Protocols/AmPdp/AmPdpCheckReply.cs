using System.Globalization;
using Amavis.Core.Messages;

namespace Amavis.Protocols.AmPdp;

/// <summary>What the client is to do with a checked message.</summary>
public enum AmPdpVerdict
{
    Continue,
    Reject,
    Discard,
    TempFail,
}

public enum AmPdpHeaderEditKind
{
    Delete,
    Change,
    /// <summary>Above the existing fields.</summary>
    Insert,
    /// <summary>Below the existing fields.</summary>
    Append,
}

/// <summary>One change of the header; of fields that occur several times the first is meant.</summary>
/// <param name="Body">Without the blank after the colon; empty for a deletion.</param>
public sealed record AmPdpHeaderEdit(AmPdpHeaderEditKind Kind, string Name, string Body);

/// <summary>A recipient taken from the envelope, and who stands in for it; null: nobody.</summary>
public sealed record AmPdpRecipientChange(string Original, string? Replacement);

/// <summary>The answer to a check.</summary>
public sealed record AmPdpCheckReply
{
    public required string LogId { get; init; }
    public required AmPdpVerdict Verdict { get; init; }

    /// <summary>67 (no such user) or 69 for a reject; the other verdicts have one each.</summary>
    public int RejectExitCode { get; init; } = 69;

    /// <summary>For the client's own client; without an enhanced code it is not sent.</summary>
    public SmtpReply? Reply { get; init; }

    public IReadOnlyList<AmPdpRecipientChange> Recipients { get; init; } = [];

    /// <summary>Inserted fields from the top downwards.</summary>
    public IReadOnlyList<AmPdpHeaderEdit> HeaderEdits { get; init; } = [];

    /// <summary>Where fields are inserted (prepend_header_fields_hdridx).</summary>
    public int InsertIndex { get; init; }

    public AmPdpReply ToReply()
    {
        var reply = new AmPdpReply().Add("version_server", "2").Add("log_id", LogId);
        if (Reply is { } given && AmPdpReply.Split(given.Text).Enhanced is not null)
            reply.SetReply(given);
        if (Verdict == AmPdpVerdict.Continue)
            AddEdits(reply);
        var (value, exitCode) = Verdict switch
        {
            AmPdpVerdict.Continue => ("continue", 0),
            AmPdpVerdict.Reject => ("reject", RejectExitCode),
            AmPdpVerdict.Discard => ("discard", 99),
            _ => ("tempfail", 75),
        };
        return reply.Add("return_value", value).Add("exit_code", exitCode.ToString(CultureInfo.InvariantCulture));
    }

    private void AddEdits(AmPdpReply reply)
    {
        foreach (var change in Recipients)
        {
            reply.Add("delrcpt", change.Original);
            if (change.Replacement is not null)
                reply.Add("addrcpt", change.Replacement);
        }
        foreach (var edit in HeaderEdits)
        {
            if (edit.Kind == AmPdpHeaderEditKind.Delete)
                reply.Add("delheader", "1", edit.Name.ToLowerInvariant());
            else if (edit.Kind == AmPdpHeaderEditKind.Change)
                reply.Add("chgheader", "1", edit.Name.ToLowerInvariant(), Body(edit));
        }
        // Each goes above the one before, so the topmost is sent last.
        foreach (var edit in HeaderEdits.Reverse().Where(e => e.Kind == AmPdpHeaderEditKind.Insert))
            reply.Add("insheader", InsertIndex.ToString(CultureInfo.InvariantCulture), edit.Name, Body(edit));
        foreach (var edit in HeaderEdits.Where(e => e.Kind == AmPdpHeaderEditKind.Append))
            reply.Add("addheader", edit.Name, Body(edit));
    }

    private static string Body(AmPdpHeaderEdit edit) => edit.Body.StartsWith(' ') ? edit.Body[1..] : edit.Body;
}
