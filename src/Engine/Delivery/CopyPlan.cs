namespace Amavis.Engine.Delivery;

/// <summary>
/// How the copy for a recipient differs from the original. Recipients with equal plans and equal next hops get one transaction.
/// </summary>
/// <param name="Fields">Added above the original header, topmost first, without the Received field.</param>
/// <param name="RemoveSpamHeaders">Foreign X-Spam fields go.</param>
/// <param name="SubjectTag">Put in front of the Subject; null: none.</param>
/// <param name="Marked">The copy says spam, virus or banned in a field or in its Subject.</param>
public sealed record CopyPlan(IReadOnlyList<AddedField> Fields, bool RemoveSpamHeaders, string? SubjectTag, bool Marked)
{
    /// <summary>Equal for equal copies.</summary>
    public string Key { get; } =
        string.Join('\n', Fields.Select(f => f.Name + ":" + f.Body)) + "\0" + RemoveSpamHeaders + "\0" + SubjectTag;
}
