using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Testing;

namespace Amavis.Protocols.Tests.Milter;

/// <summary>
/// Every stage of the milter protocol with every answer a filter may give there: which we give, for whatever reason, and which we
/// never do. "Accept" is never given: it would pass what was not checked.
/// </summary>
public sealed class MilterActionMatrixTests
{
    /// <summary>Packets, by the octet they begin with; a reply code is split by its class.</summary>
    private static readonly IReadOnlyDictionary<string, string> Actions = new Dictionary<string, string>
    {
        ["continue"] = "c", ["accept"] = "a", ["reject"] = "r", ["tempfail"] = "t", ["discard"] = "d", ["reply 4xx"] = "y4", ["reply 5xx"] = "y5", ["add header"] = "h",
        ["insert header"] = "i", ["change header"] = "m", ["replace body"] = "b", ["add recipient"] = "+", ["delete recipient"] = "-", ["change sender"] = "e",
        ["quarantine"] = "q", ["skip"] = "s", ["connection failure"] = "4", ["shutdown"] = "f",
    };

    /// <summary>What may be given to an MTA of version 2, which waits for an answer to each packet.</summary>
    private static readonly IReadOnlyDictionary<string, string[]> Old = new Dictionary<string, string[]>
    {
        ["connect"] = ["continue"],
        ["helo"] = ["continue"],
        ["mail"] = ["continue", "reply 5xx"],
        ["rcpt"] = ["continue", "reply 4xx", "reply 5xx"],
        ["data"] = ["continue"],
        ["header"] = ["continue", "reply 4xx"],
        ["eoh"] = ["continue", "reply 4xx"],
        ["body"] = ["continue", "reply 4xx"],
        ["eom"] = ["continue", "tempfail", "discard", "reply 4xx", "reply 5xx", "add header", "insert header", "change header", "replace body", "add recipient", "delete recipient"],
        ["abort"] = [],
        ["quit"] = [],
    };

    /// <summary>One of version 6 spares most answers, and takes more of them at the end.</summary>
    private static readonly IReadOnlyDictionary<string, string[]> New = new Dictionary<string, string[]>
    {
        ["connect"] = [],
        ["helo"] = [],
        ["mail"] = ["continue", "reply 5xx"],
        ["rcpt"] = ["continue", "reply 4xx", "reply 5xx"],
        ["data"] = [],
        ["header"] = ["reply 4xx"],
        ["eoh"] = ["reply 4xx"],
        ["body"] = ["continue", "reply 4xx", "skip"],
        ["eom"] = [.. Old["eom"], "change sender", "quarantine"],
        ["abort"] = [],
        ["quit"] = [],
    };

    private static readonly Settings Limited = new()
    {
        LogLevel = 5,
        SmtpdMessageSizeLimit = 100_000,
        SmtpdRecipientLimit = 2,
        MessageSizeLimitMaps = new LookupMaps([new HashTable([KeyValuePair.Create("small@example.com", (LookupValue?)new LookupValue("65536"))])]),
    };

    private static readonly HandedBack[] Verdicts =
    [
        new() { Verdict = ClientVerdict.Continue },
        new() { Verdict = ClientVerdict.Discard },
        new() { Verdict = ClientVerdict.Reject },
        new() { Verdict = ClientVerdict.TempFail },
        new() { Verdict = ClientVerdict.Continue, Header = [new(FieldChangeKind.Append, "X-A", 0, "b")] },
        new() { Verdict = ClientVerdict.Continue, Header = [new(FieldChangeKind.Insert, "X-A", 0, "b")] },
        new() { Verdict = ClientVerdict.Continue, Header = [new(FieldChangeKind.Replace, "Subject", 1, "b")] },
        new() { Verdict = ClientVerdict.Continue, Header = [new(FieldChangeKind.Delete, "Subject", 1, "")] },
        new() { Verdict = ClientVerdict.Continue, Recipients = [new(0, null)] },
        new() { Verdict = ClientVerdict.Continue, Recipients = [new(0, MailAddress.FromUnquoted("other@example.com"))] },
    ];

    private static readonly HandedBack[] NewVerdicts =
    [
        new() { Verdict = ClientVerdict.Continue, Sender = MailAddress.Null },
        new() { Verdict = ClientVerdict.Continue, Hold = "for a look" },
    ];

    private static readonly (char Stage, string Payload)[] Session =
        [('C', "h|U"), ('H', "x|"), ('M', "<a@example.org>|SIZE=70000|"), ('R', "<b@example.com>|"), ('L', "Subject| hi|"), ('N', ""), ('B', "one\r\n")];

    public static TheoryData<string, string, string> Cells()
    {
        var cells = new TheoryData<string, string, string>();
        foreach (var mta in (string[])["version 2", "version 6"])
            foreach (var stage in Old.Keys)
                foreach (var action in Actions.Keys)
                    cells.Add(mta, stage, action);
        return cells;
    }

    [Theory, MemberData(nameof(Cells))]
    public void Each_answer_is_given_where_it_may_be_and_nowhere_else(string mta, string stage, string action)
    {
        var isNew = mta == "version 6";

        var given = Given(isNew, stage).ToHashSet();

        given.Contains(Actions[action]).ShouldBe((isNew ? New : Old)[stage].Contains(action), string.Join(' ', given));
    }

    /// <summary>The kinds of all answers at a stage, for everything that can be the matter there.</summary>
    private static IEnumerable<string> Given(bool isNew, string stage) => stage switch
    {
        "connect" => [.. Answers(isNew, 0, 'C', "h|U"), .. Answers(isNew, 0, 'C', "")],
        "helo" => [.. Answers(isNew, 1, 'H', "mail.example.org|"), .. Answers(isNew, 1, 'H', "")],
        "mail" => [.. Answers(isNew, 2, 'M', "<a@example.org>|"), .. Answers(isNew, 2, 'M', "<>|"), .. Answers(isNew, 2, 'M', "a b<|"), .. Answers(isNew, 2, 'M', "<a@example.org>|SIZE=100001|")],
        "rcpt" =>
        [
            .. Answers(isNew, 3, 'R', "<b@example.com>|"), .. Answers(isNew, 3, 'R', "<>|"), .. Answers(isNew, 3, 'R', "<small@example.com>|"),
            .. Answers(isNew, 4, 'R', "<b@example.com>|", "<c@example.com>|"), .. Answers(isNew, 2, 'R', "<b@example.com>|"),
        ],
        "data" => Answers(isNew, 4, 'T', ""),
        "header" => [.. Answers(isNew, 4, 'L', "Subject| hi|"), .. Answers(isNew, 4, 'L', "|"), .. Full(isNew, 'L', "Subject| hi|")],
        "eoh" => [.. Answers(isNew, 5, 'N', ""), .. Full(isNew, 'N', "")],
        "body" => [.. Answers(isNew, 6, 'B', "x\r\n"), .. TooLarge(isNew), .. Full(isNew, 'B', "x\r\n")],
        "eom" => AtTheEnd(isNew),
        "abort" => Enumerable.Range(0, 8).SelectMany(depth => Answers(isNew, depth, 'A', "")),
        _ => Enumerable.Range(0, 8).SelectMany(depth => Answers(isNew, depth, 'Q', "")),
    };

    /// <summary>What is said to a packet, several of its kind one after the other, behind so many stages.</summary>
    private static IEnumerable<string> Answers(bool isNew, int depth, char command, params string[] payloads)
    {
        using var mta = Begin(isNew, new MilterHarness(Limited));
        foreach (var (stage, payload) in Session.Take(depth))
            mta.Ask(stage, payload);
        var kinds = new List<string>();
        foreach (var payload in payloads)
            kinds.AddRange(Kinds(mta, command, payload));
        return kinds;
    }

    /// <summary>The first of the content finds no room.</summary>
    private static List<string> Full(bool isNew, char command, string payload)
    {
        using var mta = Begin(isNew, new MilterHarness { Spools = { FullAtOnce = true } });
        mta.Ask('M', "<a@example.org>|");
        mta.Ask('R', "<b@example.com>|");
        return Kinds(mta, command, payload);
    }

    private static List<string> TooLarge(bool isNew)
    {
        using var mta = Begin(isNew, new MilterHarness(Limited));
        mta.Ask('M', "<a@example.org>|");
        mta.Ask('R', "<b@example.com>|");
        var piece = new string('x', 65533) + "\r\n";
        return [.. Kinds(mta, 'B', piece), .. Kinds(mta, 'B', piece), .. Kinds(mta, 'E').Where(k => k[0] != 'y')];
    }

    private static List<string> AtTheEnd(bool isNew)
    {
        var kinds = new List<string>();
        foreach (var verdict in (HandedBack[])[.. Verdicts, .. isNew ? NewVerdicts : [], new() { Verdict = ClientVerdict.Continue, Body = new InMemoryMessage("new\r\n"u8.ToArray()) }])
            foreach (var code in (int[])[250, 451, 554])
            {
                using var mta = Begin(isNew, new MilterHarness { Processor = { Answer = MilterHarness.Give(verdict, code, "2.0.0 text") } });
                mta.Ask('M', "<a@example.org>|");
                mta.Ask('R', "<b@example.com>|");
                kinds.AddRange(Kinds(mta, 'E'));
            }
        using var none = Begin(isNew, new MilterHarness());
        none.Ask('M', "<a@example.org>|");
        kinds.AddRange(Kinds(none, 'E'));
        return kinds;
    }

    private static MilterHarness Begin(bool isNew, MilterHarness mta) => isNew ? mta.Negotiate() : mta.Negotiate(2, 0x1f, 0x7f);

    private static List<string> Kinds(MilterHarness mta, char command, string payload = "")
    {
        mta.Send(command, payload);
        return [.. mta.Packets().Select(p => p[0] == 'y' ? p[..2] : p[..1])];
    }
}
