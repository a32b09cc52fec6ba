using Amavis.Core.Categories;

namespace Amavis.Engine.Tests.Flow.Matrix;

/// <summary>How a category comes about, and what is said of it.</summary>
/// <param name="Key">Where the destiny is set.</param>
/// <param name="Code">Basic and enhanced code of a refusal.</param>
/// <param name="Class">Word in the log when it is blocked.</param>
/// <param name="Letter">In the SQL log when it is blocked.</param>
internal sealed record Kind(CategoryKey Key, string Message, string Code, string Reason, string Class, char Letter)
{
    /// <summary>Word in the log when it passes.</summary>
    public string PassedClass { get; init; } = Class;

    /// <summary>In the SQL log when it passes.</summary>
    public char PassedLetter { get; init; } = Letter;

    /// <summary>A copy goes into the quarantine, whatever the destiny.</summary>
    public bool Kept { get; init; }

    /// <summary>Passed copies say what was found: those of local recipients, or all.</summary>
    public bool MarksLocal { get; init; }

    public bool MarksAll { get; init; }

    /// <summary>What the next hop says to recipients; null: it takes them.</summary>
    public string? NextHop { get; init; }

    public bool IsNextHop => NextHop is not null;

    private const string BannedName = "BANNED (application/x-msdownload,.exe,.exe-ms,setup.exe)";

    /// <summary>By name, as shown in the names of tests.</summary>
    public static readonly IReadOnlyDictionary<string, Kind> All = new Dictionary<string, Kind>
    {
        ["clean"] = new(ContentCategory.Clean, FlowMail.Clean, "554 5.7.0", "CLEAN", "CLEAN", 'C'),
        ["virus"] = new(ContentCategory.Virus, FlowMail.Virus, "554 5.7.0", "INFECTED: Test.Sig-1", "INFECTED (Test.Sig-1)", 'V') { Kept = true, MarksAll = true },
        ["banned"] = new(ContentCategory.Banned, FlowMail.Banned, "554 5.7.0", "BANNED: application/x-msdownload,.exe,.exe-ms,setup.exe", BannedName, 'B') { Kept = true, MarksAll = true },
        ["unchecked"] = new(ContentCategory.Unchecked, FlowMail.Encrypted, "554 5.7.0", "UNCHECKED", "UNCHECKED", 'U') { PassedClass = "UNCHECKED-ENCRYPTED", MarksLocal = true },
        ["encrypted"] = new(new CategoryKey(ContentCategory.Unchecked, 1), FlowMail.Encrypted, "554 5.7.0", "UNCHECKED: encrypted", "UNCHECKED-ENCRYPTED", 'U') { MarksLocal = true },
        ["ambiguous"] = new(new CategoryKey(ContentCategory.Unchecked, 3), FlowMail.Ambiguous, "554 5.7.0", "UNCHECKED: ambiguous content", "UNCHECKED", 'U') { MarksLocal = true },
        ["spam"] = new(ContentCategory.Spam, FlowMail.Score(10), "554 5.7.0", "spam", "SPAM", 'S') { Kept = true, MarksLocal = true },
        ["spammy"] = new(ContentCategory.Spammy, FlowMail.Score(7), "554 5.7.0", "spammy", "SPAMMY", 'Y') { MarksLocal = true },
        ["bad header"] = new(ContentCategory.BadHeader, FlowMail.BadHeader, "554 5.6.0", "BAD HEADER", "BAD-HEADER-0", 'H') { PassedClass = "BAD-HEADER-2", PassedLetter = 'M', Kept = true },
        ["oversized"] = new(ContentCategory.Oversized, FlowMail.Long(70_000), "552 5.3.4", "Message size exceeds recipient's size limit", "OVERSIZED", 'O'),
        ["refused"] = new(new CategoryKey(ContentCategory.MtaFailed, 2), FlowMail.Clean, "550 5.1.1", "Rejected by next-hop MTA on relaying", "MTA-BLOCKED", 'T') { NextHop = "550 5.1.1 No such user" },
        ["deferred"] = new(new CategoryKey(ContentCategory.MtaFailed, 1), FlowMail.Clean, "450 4.2.1", "Temporary MTA failure on relaying", "MTA-BLOCKED", 'T') { NextHop = "450 4.2.1 Not now" },
    };
}

/// <summary>Who sends it, as far as notifications go.</summary>
public enum Sending
{
    Plain,
    NullSender,
    MailingList,
    NotifyNever,
}
