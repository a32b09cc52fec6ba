using Amavis.Core.Status;

namespace Amavis.Engine;

/// <summary>The letter that the process list shows for a section of the message flow.</summary>
internal static class SectionStates
{
    public static char Of(string section) => section switch
    {
        "gen_mail_id" => WorkState.MailId,
        "mime_decode" => WorkState.Decoding,
        "virus_scan" => WorkState.VirusScan,
        "spam_scan" => WorkState.SpamScan,
        "penpals_check" => WorkState.PenPals,
        "decide" or "report" => WorkState.Results,
        "quarantine" or "delivery-notification" or "notify" => WorkState.Quarantine,
        "forward" => WorkState.Forwarding,
        _ => WorkState.Checks,
    };
}
