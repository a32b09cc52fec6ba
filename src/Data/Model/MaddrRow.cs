namespace Amavis.Data.Model;

/// <summary>Table <c>maddr</c>: every envelope address once for each partition tag.</summary>
public sealed class MaddrRow
{
    public int Id { get; set; }
    public int PartitionTag { get; set; }

    /// <summary>Normalised address in SMTP form without brackets; empty for the null sender.</summary>
    public string Email { get; set; } = "";

    /// <summary>Domain with its labels reversed: <c>com.example.sub</c>.</summary>
    public string Domain { get; set; } = "";
}
