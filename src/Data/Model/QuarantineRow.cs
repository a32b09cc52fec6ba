namespace Amavis.Data.Model;

/// <summary>Table <c>quarantine</c>: one chunk of a message's text.</summary>
public sealed class QuarantineRow
{
    public int PartitionTag { get; set; }
    public string MailId { get; set; } = "";

    /// <summary>1, 2, 3, ... without gaps.</summary>
    public int ChunkInd { get; set; }

    /// <summary>Octets with LF line ends.</summary>
    public byte[] MailText { get; set; } = [];
}
