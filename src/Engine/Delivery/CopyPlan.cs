using Amavis.Engine.Delivery.Mangling;

namespace Amavis.Engine.Delivery;

/// <summary>
/// How the copy for a recipient differs from the original. Recipients with equal plans and equal next hops get one transaction.
/// </summary>
/// <param name="Fields">Added above the original header, topmost first, without the Received field.</param>
/// <param name="RemoveSpamHeaders">Foreign X-Spam fields go.</param>
/// <param name="SubjectTag">Put in front of the Subject; null: none.</param>
/// <param name="Marked">The copy says spam, virus or banned in a field or in its Subject, or its recipient's address does.</param>
public sealed record CopyPlan(IReadOnlyList<AddedField> Fields, bool RemoveSpamHeaders, string? SubjectTag, bool Marked)
{
    /// <summary>Stands below our Received field; null: none.</summary>
    public AddedField? Category { get; init; }

    /// <summary>The change to the body; <see cref="Fields"/> speak of it.</summary>
    public MangleChoice Mangling { get; init; } = MangleChoice.None;

    /// <summary>Reasons for a warning in front of an attached original; empty: there are none to tell.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Equal for equal copies.</summary>
    public string Key => string.Join('\n', Fields.Select(f => f.Name + ":" + f.Body)) + "\0" + RemoveSpamHeaders + "\0" + SubjectTag + "\0" + Category?.Body + "\0" + Mangling + "\0" + string.Join('\n', Warnings);
}

/// <summary>What plans need to know beside the verdict.</summary>
public sealed record CopyFacts
{
    public required string MailId { get; init; }
    public required string LogId { get; init; }
    /// <summary>The message has a copy in the quarantine.</summary>
    public bool Quarantined { get; init; }
    public required DateTimeOffset Now { get; init; }
    public MangleChoice Mangling { get; init; } = MangleChoice.None;
    /// <summary>Fields that scanners and hooks give, in their order.</summary>
    public IReadOnlyList<AddedField> Supplied { get; init; } = [];
}
