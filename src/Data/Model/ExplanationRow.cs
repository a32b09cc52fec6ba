namespace Amavis.Data.Model;

/// <summary>Our table <c>aw_explanation</c>: why a message was treated as it was.</summary>
public sealed class ExplanationRow
{
    public int PartitionTag { get; set; }
    public string MailId { get; set; } = "";

    /// <summary>JSON of <see cref="Core.Explaining.MessageExplanation"/>.</summary>
    public string Explanation { get; set; } = "";
}
