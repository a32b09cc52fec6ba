using Amavis.Core.Categories;
using Amavis.Core.Explaining;
using Amavis.Core.Parts;
using Amavis.Dkim.Results;
using Amavis.Engine.Authentication;
using Amavis.Engine.Delivery;

namespace Amavis.Engine.Verdicts;

/// <summary>All that the checks report about one message. They report and do not decide.</summary>
public sealed record Findings
{
    /// <summary>Octets of the message as RFC 1870 counts them.</summary>
    public required long Size { get; init; }
    public PartTree? Tree { get; init; }
    public VirusFinding Virus { get; init; } = VirusFinding.NotScanned;
    /// <summary>By recipient, in envelope order; null: not scored.</summary>
    public IReadOnlyList<SpamFinding?> Spam { get; init; } = [];
    /// <summary>By recipient, in envelope order; null: earlier mail says nothing. May be empty.</summary>
    public IReadOnlyList<CorrespondenceFinding?> Correspondence { get; init; } = [];
    public IReadOnlyList<HeaderFinding> HeaderDefects { get; init; } = [];
    /// <summary>By recipient, in envelope order; null: nothing banned.</summary>
    public IReadOnlyList<BannedFinding?> Banned { get; init; } = [];
    /// <summary>Null sender, mailing list, automatic mail: no bounces for bad headers or above clean.</summary>
    public bool IsBulk { get; init; }
    /// <summary>Who signed the message.</summary>
    public DkimReport Dkim { get; init; } = DkimReport.None;
    /// <summary>For Authentication-Results of local recipients' copies; empty: there is nothing to tell.</summary>
    public IReadOnlyList<AuthenticationResult> Authentication { get; init; } = [];
    /// <summary>What the signers are known for; null: nothing.</summary>
    public SignerReputation? Reputation { get; init; }
    /// <summary>By recipient, in envelope order: categories that hooks give. May be empty.</summary>
    public IReadOnlyList<IReadOnlyList<CategoryKey>> AddedCategories { get; init; } = [];
    /// <summary>Fields that spam scanners and hooks give, for the copies of local recipients.</summary>
    public IReadOnlyList<AddedField> Supplied { get; init; } = [];
}

/// <param name="Failed">No scanner gave a verdict although some were asked.</param>
/// <param name="Scores">Names that count as spam scores instead of as viruses.</param>
public sealed record VirusFinding(bool Ran, IReadOnlyList<string> Names, IReadOnlyList<string> Scanners, bool Failed, IReadOnlyList<TestScore> Scores)
{
    public static readonly VirusFinding NotScanned = new(false, [], [], false, []);

    public bool Infected => Ran && Names.Count > 0;
}

/// <param name="Autolearn">State of the engine's learning, or null when it said nothing.</param>
public sealed record SpamFinding(double Score, IReadOnlyList<TestScore> Tests, string? Report, string? Autolearn);

/// <param name="Minor">Minor of the category bad header, 1 to 8.</param>
public sealed record HeaderFinding(int Minor, string Text);

/// <param name="ShortReason">The first hit, as shown in replies.</param>
/// <param name="SuppressDsn">Text of a rule that begins with DISCARD, or null.</param>
public sealed record BannedFinding(string ShortReason, IReadOnlyList<string> Parts, string? RuleKey, string? RuleComment, string? SuppressDsn)
{
    /// <summary>The parts with their attributes, as in the log.</summary>
    public IReadOnlyList<string> PartsAsAttributes { get; init; } = [];

    /// <summary>Result of the first rule that matched, or null.</summary>
    public string? RuleValue { get; init; }
}
