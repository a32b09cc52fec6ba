using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Templates;
using Amavis.Engine.Quarantine;
using Amavis.Engine.Templates;
using Amavis.Engine.Verdicts;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Templates;

/// <summary>The main log entries amavisd-new wrote, made again from what they say.</summary>
public sealed partial class RecordedLineTests
{
    public static TheoryData<string> Lines() =>
        new(File.ReadAllLines(Path.Combine(Samples.Root, "tests", "Engine.Tests", "Templates", "recorded-lines.txt")));

    [Theory]
    [MemberData(nameof(Lines))]
    public void The_short_template_writes_the_recorded_line(string line)
    {
        var facts = FactsOf(line);
        TemplateExpander.Expand(LogTemplates.Short, new MessageMacros(facts), ExpansionLimits.Log).Lines().ShouldBe([line]);
    }

    private static MacroFacts FactsOf(string line)
    {
        var m = Line().Match(line);
        m.Success.ShouldBeTrue(line);
        string? Given(string name) => m.Groups[name].Success ? m.Groups[name].Value : null;
        var passed = Given("word") == "Passed";
        var destiny = passed ? Destiny.Pass : Destiny.Discard;
        var settings = Build.Settings with
        {
            FinalVirusDestiny = destiny,
            FinalBannedDestiny = destiny,
            FinalSpamDestiny = destiny,
            FinalUncheckedDestiny = destiny,
        };
        var score = Given("hits") == "-" ? (double?)null : double.Parse(Given("hits")!, CultureInfo.InvariantCulture);
        var kind = Given("class");
        var findings = Build.Findings(score,
            kind == "INFECTED" ? [Given("detail")!] : null,
            kind == "BANNED" ? Given("detail") : null,
            kind == "BAD-HEADER-2" ? 2 : 0,
            avFailed: kind == "UNCHECKED");
        var recipients = Given("to")!.Split(',').Select(r => r.Trim('<', '>')).ToArray();
        var outcomes = recipients.Select((r, i) => Outcome(Build.Decide(findings, Build.Policy(r, settings, i + 1)), kind == "MTA-BLOCKED", Given("queued"))).ToArray();
        var client = Given("queue") is { } queue
            ? new ClientFacts { Address = IPAddress.Parse(Given("client")!), Port = int.Parse(Given("port")!, CultureInfo.InvariantCulture), QueueId = queue }
            : new ClientFacts();
        var header = $"Received: from mail ([{Given("oldest")}]) by mx with ESMTP; Mon, 01 Jan 2024 10:00:00 +0000\nMessage-ID: {Given("id")}\nX-Raw: caf";
        var octets = Letters.Octets(header, "");
        var size = int.Parse(Given("size")!, CultureInfo.InvariantCulture);
        var message = Letters.Message([.. octets, .. new byte[size - octets.Length]], settings, Given("from")!.Trim('<', '>'), client, recipients);
        return Letters.Facts(message, findings, outcomes) with
        {
            MailId = Given("mailid")!,
            Actions = Given("actions")!.Split(','),
            Copies = Given("quarantine") is { } place ? [new StoredCopy('Q', place, false)] : [],
            Elapsed = TimeSpan.FromMilliseconds(int.Parse(Given("ms")!, CultureInfo.InvariantCulture)),
        };
    }

    private static RecipientOutcome Outcome(RecipientVerdict verdict, bool refused, string? queuedAs)
    {
        if (!refused)
            return Build.Outcome(verdict, "250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): " + queuedAs);
        var key = new CategoryKey(ContentCategory.MtaFailed, 2);
        return Build.Outcome(verdict) with
        {
            Reply = new SmtpReply(550, "5.1.1 No such user"),
            Destiny = Destiny.Reject,
            Categories = verdict.Categories.With(key),
            Blocking = key,
        };
    }

    [GeneratedRegex("""
        ^(?<word>Passed|Blocked)[ ](?<class>[A-Z]+(-[A-Z0-9]+)*)([ ]\((?<detail>[^)]*)\))?[ ]\{(?<actions>[^}]*)\},[ ]
        \[(?<client>[0-9.]+)\](:(?<port>\d+))?[ ]\[(?<oldest>[0-9.]+)\][ ](?<from><\S*>)[ ]->[ ](?<to>\S+?)
        (,[ ]quarantine:[ ](?<quarantine>[^,]+))?(,[ ]Queue-ID:[ ](?<queue>\w+))?,[ ]Message-ID:[ ](?<id><\S+>),[ ]mail_id:[ ](?<mailid>\S+),
        [ ]Hits:[ ](?<hits>[-0-9.]+),[ ]size:[ ](?<size>\d+)(,[ ]queued_as:[ ](?<queued>[^,]+))?,[ ](?<ms>\d+)[ ]ms$
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}
