namespace Amavis.Data.Model;

/// <summary>
/// Table <c>msgs</c>: one row per message. Letters are strings of one character; a blank stands for "none" or "not yet".
/// </summary>
public sealed class MsgsRow
{
    public int PartitionTag { get; set; }
    public string MailId { get; set; } = "";

    /// <summary>The release ticket; never leaves the server side.</summary>
    public string? SecretId { get; set; }

    /// <summary>The log id; may repeat over time.</summary>
    public string AmId { get; set; } = "";

    /// <summary>Reception, whole seconds since the Unix epoch. Use this one for filters, order and buckets.</summary>
    public int TimeNum { get; set; }

    /// <summary>The same instant.</summary>
    public DateTimeOffset TimeIso { get; set; }

    /// <summary>Sender, <see cref="MaddrRow.Id"/>.</summary>
    public int Sid { get; set; }

    /// <summary>Policy bank path.</summary>
    public string? Policy { get; set; }
    public string? ClientAddr { get; set; }

    /// <summary>Octets, with CRLF line ends.</summary>
    public int Size { get; set; }

    /// <summary>Y, N, or blank for a message not finished or a row older than amavisd-new 2.7.0.</summary>
    public string Originating { get; set; } = " ";

    /// <summary>Content letter (V B U S Y M H O T C ?); null while in progress, or lost.</summary>
    public string? Content { get; set; }

    /// <summary>Blank none, F file, Z gzip file, B bsmtp, Q sql, M and L mailbox, ? other; null while in progress.</summary>
    public string? QuarType { get; set; }
    public string? QuarLoc { get; set; }

    /// <summary>Y sent, N none, q suppressed, ? other; null while in progress.</summary>
    public string? DsnSent { get; set; }

    /// <summary>Lowest score of the recipients; null while in progress.</summary>
    public float? SpamLevel { get; set; }
    public string? MessageId { get; set; }
    public string? FromAddr { get; set; }
    public string? Subject { get; set; }
    public string Host { get; set; } = "";
}
