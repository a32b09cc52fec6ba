namespace Amavis.EndToEnd.Tests.MailPath;

/// <summary>Who tells the sender in a mail of its own that a message was not delivered.</summary>
internal enum Teller
{
    Nobody,
    Filter,

    /// <summary>Postfix, which heard a 5xx of the filter after it had taken the message.</summary>
    Postfix,
}

/// <summary>One message and what is to become of it.</summary>
/// <param name="Before">What the sender hears when the filter is asked over SMTP before the queue, as a pattern.</param>
/// <param name="Milter">The same when it is asked as a milter.</param>
/// <param name="Delivered">Those who find it in their mailbox.</param>
/// <param name="Recipients">The envelope, with the delivery status of the log behind each address.</param>
/// <param name="Content">Letter in the log.</param>
internal sealed record PathCase(Func<string, byte[]> Message, string Recipients, string Content, string Before, string Milter, params string[] Delivered)
{
    private const string Queued = @"^250 2\.0\.0 Ok: queued as ";

    /// <summary>Who tells the sender, where the reply in the session cannot.</summary>
    public Teller Teller { get; init; }

    public bool Quarantined { get; init; } = true;

    /// <summary>A part of every copy delivered, but for case: AM.PDP writes names of fields small.</summary>
    public string Shows { get; init; } = "\nX-Virus-Scanned: amavis at example.com\n";

    /// <summary>A message the client keeps; after the queue, Postfix does.</summary>
    public bool Deferred { get; init; }

    public string[] Addresses => [.. Recipients.Split(", ").Select(r => r.Split(' ')[0])];

    public string Reply(SetUp setUp) => setUp.IsAfterQueue() ? Queued : setUp.IsMilter() ? Milter : Before;

    /// <summary>A refusal of some, or of all, is told by whoever has the message when it is refused.</summary>
    public Teller TellerIn(SetUp setUp) => Teller switch
    {
        Teller.Postfix when !setUp.IsAfterQueue() => Teller.Nobody,
        Teller.Filter when setUp == SetUp.Lmtp && Recipients.Contains(" R", StringComparison.Ordinal) => Teller.Postfix,
        var teller => teller,
    };

    public static readonly IReadOnlyDictionary<string, PathCase> All = new Dictionary<string, PathCase>
    {
        ["clean"] = new(Mail.Clean, "box@example.com P", "C", @"^250 2\.0\.0 from MTA\(smtp:\[127\.0\.0\.1\]:\d+\): 250 2\.0\.0 Ok: queued as [0-9A-F]+$", Queued, "box@example.com")
        {
            Quarantined = false,
        },
        ["virus"] = new(Mail.Eicar, "box@example.com D", "V", @"^250 2\.7\.0 Ok, discarded, id=\S+ - INFECTED: Eicar-Test-Signature\.UNOFFICIAL$", Queued),
        ["spam"] = new(Mail.Gtube, "box@example.com P", "S", @"^250 2\.0\.0 from MTA\(", Queued, "box@example.com") { Shows = "\nSubject: ***SPAM*** it a the\n" },
        ["banned"] = new(Mail.Banned, "box@example.com B", "B", @"^250 2\.5\.0 Ok, id=\S+, BOUNCE$", Queued) { Teller = Teller.Filter },
        ["two policies"] = new(Mail.Eicar, "box@example.com D, lover@example.com P", "V", @"^250 2\.0\.0 from MTA\(.*\): 250 2\.0\.0 Ok: queued as [0-9A-F]+, but 1 DISCARD$", Queued, "lover@example.com")
        {
            Shows = "\nSubject: ***INFECTED*** your invoice\n",
        },
        ["one of two refused"] = new(Mail.Eicar, "lover@example.com P, reject@example.com R", "V", @"^250 2\.0\.0 from MTA\(.*, but 1 REJECT$", Queued, "lover@example.com")
        {
            Teller = Teller.Filter,
            Shows = "\nX-Amavis-Alert: INFECTED, message contains virus:\n Eicar-Test-Signature.UNOFFICIAL\n",
        },
        ["rejected"] = new(Mail.Eicar, "reject@example.com R", "V", @"^554 5\.7\.0 Reject, id=\S+ - INFECTED: Eicar-Test-Signature\.UNOFFICIAL$",
            @"^554 5\.7\.0 Reject, id=\S+ - INFECTED: Eicar-Test-Signature\.UNOFFICIAL$") { Teller = Teller.Postfix },
        ["discarded"] = new(Mail.Gtube, "discard@example.com D", "S", @"^250 2\.7\.0 Ok, discarded, id=\S+ - spam$", Queued),
        ["put off"] = new(Mail.Eicar, "later@example.com T", "V", @"^450 4\.7\.0 Temporary failure, id=\S+ - INFECTED: ", @"^450 4\.7\.0 Temporary failure, id=\S+ - INFECTED: ") { Deferred = true },
    };
}
