using System.Text.RegularExpressions;
using Amavis.Core.Categories;

namespace Amavis.Engine.Tests.Flow.Matrix;

/// <summary>
/// What has to become of one recipient: a table of its own, written from the descriptions of destinies, of notifications and of the
/// answers of each protocol, and sharing nothing with the engine.
/// </summary>
internal sealed record Expected(Kind Kind, Destiny Destiny, Protocol Protocol, Sending Sending, bool IsLocal, bool IsAlone)
{
    /// <summary>Would have passed, but another recipient's mail is tempfailed and the client has one answer for all.</summary>
    public bool GivenUp { get; init; }

    /// <summary>Of refused mail whose refusal cannot be the client's answer.</summary>
    private bool IsOurs => Destiny == Destiny.Bounce || (Destiny == Destiny.Reject && !IsAlone && Protocol != Protocol.Lmtp);

    /// <summary>The MTA of a client of AM.PDP or the milter protocol delivers what passes.</summary>
    public bool ClientDelivers => Protocol is Protocol.AmPdp or Protocol.Milter;

    /// <summary>Bad headers are no reason to send bounces after machines.</summary>
    public bool Passes => !GivenUp && WouldPass;

    private bool WouldPass => !Kind.IsNextHop
        && (Destiny == Destiny.Pass || (Destiny == Destiny.Bounce && Kind.Key.Major == ContentCategory.BadHeader && Sending is Sending.NullSender or Sending.MailingList));

    /// <summary>The next hop's own 4xx stays one; its 5xx under a destiny of pass is handed back.</summary>
    private Destiny Effective => GivenUp || Kind.NextHop?[0] == '4' ? Destiny.TempFail : Kind.IsNextHop && Destiny == Destiny.Pass ? Destiny.Reject : Destiny;

    private bool Told => Sending == Sending.Plain || (Sending == Sending.MailingList && Kind.Key.Major <= ContentCategory.Clean);

    private bool Bounces => !Passes && (this with { Destiny = Effective }).IsOurs;

    public bool NotifiesSender => Bounces && Told;

    public bool SuppressesNotice => Bounces && !Told;

    public bool IsTempFailed => !Passes && Effective == Destiny.TempFail;

    /// <summary>First word of the log's list.</summary>
    public string Action => Passes
        ? ClientDelivers ? "Accepted" : Kind.MarksAll || (Kind.MarksLocal && IsLocal) ? "RelayedTagged" : "Relayed"
        : Effective switch
        {
            Destiny.Discard => "Discarded",
            Destiny.TempFail => "TempFailed",
            _ when Bounces => Told ? "Bounced" : "NoBounce",
            _ => "Rejected",
        };

    /// <summary>For the column <c>ds</c>.</summary>
    public char Status => Passes ? 'P' : Effective switch { Destiny.TempFail => 'T', Destiny.Bounce => 'B', Destiny.Discard => 'D', _ => 'R' };

    public char Letter => WouldPass ? Kind.PassedLetter : Kind.Letter;

    /// <summary>In the list behind the one reply for several; null: not mentioned.</summary>
    public string? Mention => Passes ? null : Effective switch
    {
        Destiny.Reject => "REJECT",
        Destiny.Bounce => Told ? "BOUNCE" : "DISCARD(bounce.suppressed)",
        Destiny.Discard => "DISCARD",
        _ => null,
    };

    /// <summary>Verdict for the client that delivers, when this recipient is the only one.</summary>
    public string Verdict => Passes ? "continue" : Effective switch { Destiny.Reject => "reject", Destiny.TempFail => "tempfail", _ => "discard" };

    /// <summary>This recipient's own reply; a pattern.</summary>
    public string Reply(string recipient) => Passes
        ? ClientDelivers ? $"^250 2\\.5\\.0 Ok, {Id}, continue delivery$" : Delivered + "$"
        : Bounces && Protocol == Protocol.Lmtp
            ? $@"^250 2\.5\.0 Ok <{Regex.Escape(recipient)}>, DSN {(Told ? "was sent" : "suppressed")} \({Refusal("Bounce")}\)$"
            : Effective switch
            {
                Destiny.Discard => $"^250 2{Enhanced} {Words(Kind.IsNextHop ? "Discarded " : "Ok, discarded, ")}$",
                Destiny.TempFail => $"^450 4{Enhanced} {Words(Kind.IsNextHop ? "" : "Temporary failure, ")}$",
                Destiny.Bounce => $@"^250 2\.5\.0 Ok, {Id}, {Regex.Escape(Mention!)}$",
                _ => $"^{Refusal("Reject")}$",
            };

    /// <summary>Beginning of the reply when somebody's copy was taken by the next hop.</summary>
    public const string Delivered = @"^250 2\.0\.0 from MTA\(smtp:\[127\.0\.0\.1\]:\d+\): 250 2\.0\.0 Ok: queued as SINK\w+";

    /// <summary>Requests of AM.PDP are numbered, messages of the other sessions here are all the first.</summary>
    public const string Id = @"id=00421-\d\d";

    private string Enhanced => Regex.Escape(Kind.Code[5..]);

    private string Refusal(string word) => $"{Kind.Code[..3]} 5{Enhanced} {Words(Kind.IsNextHop ? "" : word + ", ")}";

    private string Words(string word) => Kind.NextHop is { } said
        ? $@"{word}{Id} - {Kind.Reason}, from MTA\(smtp:\[127\.0\.0\.1\]:\d+\): {Regex.Escape(said)}"
        : word + Id + Regex.Escape(" - " + Kind.Reason);
}
