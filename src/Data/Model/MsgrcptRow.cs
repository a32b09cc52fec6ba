namespace Amavis.Data.Model;

/// <summary>Table <c>msgrcpt</c>: one row per envelope recipient of a message.</summary>
public sealed class MsgrcptRow
{
    public int PartitionTag { get; set; }
    public string MailId { get; set; } = "";

    /// <summary>Position in the envelope, from 1; 0 in rows older than amavisd-new 2.7.0.</summary>
    public int Rseqnum { get; set; }

    /// <summary>Recipient, <see cref="MaddrRow.Id"/>.</summary>
    public int Rid { get; set; }

    /// <summary>Y, N, or blank for unknown.</summary>
    public string IsLocal { get; set; } = " ";

    /// <summary>Content letter for this recipient; blank: take that of the message.</summary>
    public string Content { get; set; } = " ";

    /// <summary>Delivery status: P passed, D discarded, B bounced, R rejected, T tempfailed, ? other.</summary>
    public string Ds { get; set; } = "?";

    /// <summary>Release status, owned by management software: blank, V viewed, R released, p pending, D deleted, others.</summary>
    public string Rs { get; set; } = " ";
    public string? Bl { get; set; }
    public string? Wl { get; set; }
    public float? BspamLevel { get; set; }
    public string? SmtpResp { get; set; }
}
