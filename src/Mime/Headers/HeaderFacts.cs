using System.Net;
using Amavis.Core.Addresses;

namespace Amavis.Mime.Headers;

/// <summary>What the header section says about a message as a whole. Text fields are decoded and free of control characters.</summary>
public sealed record HeaderFacts
{
    /// <summary>Received fields read for the trace; the count goes on.</summary>
    public const int MaxHops = 200;

    /// <summary>Author addresses, from the first From field (RFC 5322 §3.6.2).</summary>
    public IReadOnlyList<HeaderAddress> From { get; init; } = [];

    /// <summary>The From field as shown; empty when absent.</summary>
    public string FromText { get; init; } = "";

    public IReadOnlyList<HeaderAddress> Sender { get; init; } = [];
    public IReadOnlyList<HeaderAddress> ReplyTo { get; init; } = [];
    public IReadOnlyList<HeaderAddress> To { get; init; } = [];
    public IReadOnlyList<HeaderAddress> Cc { get; init; } = [];
    public IReadOnlyList<HeaderAddress> ResentFrom { get; init; } = [];
    public IReadOnlyList<HeaderAddress> ResentSender { get; init; } = [];

    /// <summary>Decoded; null when there is no Subject field.</summary>
    public string? Subject { get; init; }

    /// <summary>Subject unfolded, but not decoded; null when there is none.</summary>
    public string? RawSubject { get; init; }

    /// <summary>With angle brackets; null when absent.</summary>
    public string? MessageId { get; init; }

    /// <summary>With angle brackets, of the topmost one; null when absent.</summary>
    public string? ResentMessageId { get; init; }

    /// <summary>Ids of References, then of In-Reply-To, each once.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>User-Agent, else X-Mailer; null when neither is there.</summary>
    public string? UserAgent { get; init; }

    /// <summary>Received fields in all.</summary>
    public int ReceivedCount { get; init; }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<ReceivedHop> Trace { get; init; } = [];

    /// <summary>Public addresses of the trace, newest first.</summary>
    public IReadOnlyList<IPAddress> PublicTrace { get; init; } = [];

    /// <summary>From a mailing list.</summary>
    public bool IsList { get; init; }

    /// <summary>Sent by a program in answer to something: no notices go back.</summary>
    public bool IsAuto { get; init; }

    /// <summary>List, automatic, or bulk otherwise.</summary>
    public bool IsBulk { get; init; }

    /// <summary>What showed it, for the log: <c>ml:List-Id: …</c>, <c>auto:…</c>; null when not bulk.</summary>
    public string? BulkReason { get; init; }

    /// <summary>The first author's address; null when there is none.</summary>
    public MailAddress? Author => From.Count == 0 ? null : From[0].Address;

    /// <summary>The oldest public address of the trace, or null.</summary>
    public IPAddress? OldestPublicAddress => PublicTrace.Count == 0 ? null : PublicTrace[^1];

    /// <summary>Collects the facts.</summary>
    /// <param name="envelopeSender">Tells list and automatic mail, too.</param>
    public static HeaderFacts Collect(HeaderSection header, MailAddress envelopeSender)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(envelopeSender);
        var from = Addresses(header, "From");
        var trace = new List<ReceivedHop>();
        var received = 0;
        foreach (var field in header.All("Received"))
            if (received++ < MaxHops)
                trace.Add(ReceivedHop.Parse(field.UnfoldedOctets()));
        var bulk = BulkClassifier.Classify(header, envelopeSender, from.Count == 0 ? null : from[0].Address);
        return new HeaderFacts
        {
            From = from,
            FromText = header.First("From")?.Decoded() ?? "",
            Sender = Addresses(header, "Sender"),
            ReplyTo = Addresses(header, "Reply-To"),
            To = Addresses(header, "To"),
            Cc = Addresses(header, "Cc"),
            ResentFrom = Addresses(header, "Resent-From"),
            ResentSender = Addresses(header, "Resent-Sender"),
            Subject = header.First("Subject")?.Decoded(),
            RawSubject = header.First("Subject")?.Unfolded(),
            MessageId = FirstId(header, "Message-ID"),
            ResentMessageId = FirstId(header, "Resent-Message-ID"),
            References = [.. Ids(header, "References").Concat(Ids(header, "In-Reply-To")).Distinct(StringComparer.Ordinal)],
            UserAgent = header.First("User-Agent")?.Decoded() ?? header.First("X-Mailer")?.Decoded(),
            ReceivedCount = received,
            Trace = trace,
            PublicTrace = [.. trace.Where(h => h.IsPublic).Select(h => h.Address).OfType<IPAddress>()],
            IsList = bulk.IsList,
            IsAuto = bulk.IsAuto,
            IsBulk = bulk.Reason is not null,
            BulkReason = bulk.Reason,
        };
    }

    private static IReadOnlyList<HeaderAddress> Addresses(HeaderSection header, string name) =>
        header.First(name) is { } field ? AddressList.Parse(field) : [];

    private static string? FirstId(HeaderSection header, string name) => Ids(header, name) is [var first, ..] ? first : null;

    private static IReadOnlyList<string> Ids(HeaderSection header, string name) =>
        header.First(name) is { } field ? MessageIds.Parse(field.Unfolded()) : [];
}
