using System.Text.Json;
using System.Text.Json.Serialization;

namespace Amavis.Core.Explaining;

/// <summary>
/// Why a message was treated as it was: what every check said, which levels and lookups applied to each recipient, and what was
/// done. Kept as JSON with the log record and shown by the console and <c>amavis scan</c>. Only ever grows.
/// </summary>
public sealed record MessageExplanation
{
    public int Version { get; init; } = 1;
    public string LogId { get; init; } = "";
    public string MailId { get; init; } = "";
    /// <summary>Queue id of the front-end MTA.</summary>
    public string? QueueId { get; init; }
    public string PolicyPath { get; init; } = "";
    /// <summary>The banks of the path in their order, with what each was loaded for.</summary>
    public IReadOnlyList<BankExplanation> Banks { get; init; } = [];
    public bool Originating { get; init; }
    public string Sender { get; init; } = "";
    public string? ClientAddress { get; init; }
    public string? ClientName { get; init; }
    public string? ClientHelo { get; init; }
    public string? Peer { get; init; }
    public string? Protocol { get; init; }
    public IReadOnlyList<StageTime> Stages { get; init; } = [];
    public double TotalMilliseconds { get; init; }
    public VirusExplanation? Virus { get; init; }
    public SpamExplanation? Spam { get; init; }
    /// <summary>DKIM signatures the message came with; empty also when they are not verified.</summary>
    public IReadOnlyList<SignatureExplanation> Signatures { get; init; } = [];
    /// <summary>SPF, DMARC and ARC, as far as they were asked; empty: not at all.</summary>
    public IReadOnlyList<SenderExplanation> SenderResults { get; init; } = [];
    /// <summary><c>selector:domain</c> of DKIM signatures made here.</summary>
    public IReadOnlyList<string> Signed { get; init; } = [];
    public IReadOnlyList<string> HeaderDefects { get; init; } = [];
    public IReadOnlyList<string> MimeErrors { get; init; } = [];
    public string? Hold { get; init; }
    public IReadOnlyList<PartExplanation> Parts { get; init; } = [];
    public IReadOnlyList<RecipientExplanation> Recipients { get; init; } = [];
    public IReadOnlyList<string> Actions { get; init; } = [];
    public string Reply { get; init; } = "";
    /// <summary>The original header section, cut at the configured length; UTF-8 with Latin-1 for what is not.</summary>
    public string? Header { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, ExplanationJson.Default.MessageExplanation);

    /// <summary>Null when the text is empty or not an explanation.</summary>
    public static MessageExplanation? FromJson(string? json)
    {
        if (string.IsNullOrEmpty(json))
            return null;
        try
        {
            return JsonSerializer.Deserialize(json, ExplanationJson.Default.MessageExplanation);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <param name="Reason">What it was loaded for.</param>
public sealed record BankExplanation(string Name, string Reason);

/// <param name="Result">pass, fail, neutral, policy, permerror or temperror.</param>
/// <param name="Reason">Null: the result says all.</param>
/// <param name="IsAuthors">Valid, and by the domain of an author.</param>
public sealed record SignatureExplanation(string Result, string? Reason, string Domain, string Selector, string? Identity, string? Algorithm, int? KeyBits, bool IsAuthors);

/// <param name="Method">spf, dmarc or arc.</param>
/// <param name="Reason">Null: the result says all.</param>
/// <param name="About">Whom it is about, as <c>smtp.mailfrom=a@example.com</c>; null: nobody.</param>
public sealed record SenderExplanation(string Method, string Result, string? Reason, string? About);

public sealed record StageTime(string Name, double Milliseconds);

/// <param name="Scanners">What each scanner said: <c>clean</c>, <c>infected: names</c> or <c>failed: reason</c>.</param>
public sealed record VirusExplanation(IReadOnlyList<string> Names, IReadOnlyList<ScannerAnswer> Scanners, bool AllFailed, string? SkippedBecause = null);

public sealed record ScannerAnswer(string Scanner, string Answer, double Milliseconds);

/// <param name="Score">Null: not scored.</param>
public sealed record SpamExplanation(double? Score, IReadOnlyList<TestScore> Tests, string? Report, IReadOnlyList<ScannerAnswer> Scanners, string? SkippedBecause = null);

public sealed record TestScore(string Name, double Points, string? Description = null);

public sealed record PartExplanation(int Number, string Placement, IReadOnlyList<string> Types, IReadOnlyList<string> ShortTypes, IReadOnlyList<string> Names, long Size, string Attributes);

public sealed record RecipientExplanation
{
    public string Address { get; init; } = "";
    public int Position { get; init; }
    public bool IsLocal { get; init; }
    public string Direction { get; init; } = "";
    /// <summary>Categories, most severe first, as display names.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];
    /// <summary>The category that blocked, or null.</summary>
    public string? BlockedBy { get; init; }
    public string Destiny { get; init; } = "";
    public double? Score { get; init; }
    public double? TagLevel { get; init; }
    public double? Tag2Level { get; init; }
    public double? Tag3Level { get; init; }
    public double? KillLevel { get; init; }
    public bool Whitelisted { get; init; }
    public bool Blacklisted { get; init; }
    public IReadOnlyList<string> Bypasses { get; init; } = [];
    public IReadOnlyList<string> Lovers { get; init; } = [];
    public string? BannedReason { get; init; }
    public string? BannedRule { get; init; }
    public IReadOnlyList<LookupExplanation> Lookups { get; init; } = [];
    /// <summary>In order: what led to the destiny, in plain words.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];
    public string? DeliveredBy { get; init; }
    public string Response { get; init; } = "";
}

/// <param name="Source">Table and what matched in it, or the default.</param>
public sealed record LookupExplanation(string Field, string Value, string Source);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MessageExplanation))]
public sealed partial class ExplanationJson : JsonSerializerContext;
