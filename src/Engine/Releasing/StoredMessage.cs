using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Messages;
using Amavis.Engine.Spooling;
using Amavis.Mime.Headers;

namespace Amavis.Engine.Releasing;

/// <summary>A copy read back from the quarantine: the fields we put on top, and where the original begins.</summary>
internal sealed class StoredMessage : IDisposable
{
    private static readonly string[] OurFields =
    [
        "Delivered-To", "Return-Path", "X-Envelope-From", "X-Envelope-To", "X-Envelope-To-Blocked", "X-Quarantine-ID",
        "X-Amavis-Hold", "X-Amavis-Alert", "X-Amavis-Modified", "X-Amavis-PenPals", "X-Amavis-PolicyBank", "X-Amavis-OS-Fingerprint",
    ];

    private StoredMessage(Spool spool, HeaderSection header)
    {
        Spool = spool;
        var quarantineId = "";
        MailAddress? sender = null;
        IReadOnlyList<MailAddress>? all = null;
        foreach (var field in header.Fields)
        {
            if (!IsOurs(field.Name))
                break;
            OriginalOffset = field.Offset + field.Length;
            if (field.HasName("X-Quarantine-ID"))
                quarantineId = field.Unfolded().Trim('<', '>');
            else if (field.HasName("Return-Path") || field.HasName("X-Envelope-From"))
                sender ??= Address(field.Unfolded());
            else if (field.HasName("X-Envelope-To-Blocked"))
                Blocked = Addresses(field.Unfolded());
            else if (field.HasName("X-Envelope-To"))
                all = Addresses(field.Unfolded());
            else if (CategoryOf(field) is { } category)
                Categories = Categories.With(category);
        }
        QuarantineId = quarantineId;
        Sender = sender;
        Recipients = Blocked ?? all ?? [];
        AllRecipients = all ?? [];
    }

    public Spool Spool { get; }

    /// <summary>First octet after our fields.</summary>
    public long OriginalOffset { get; }

    public string QuarantineId { get; }

    public MailAddress? Sender { get; }

    /// <summary>Those that did not get it; for copies of old versions all.</summary>
    public IReadOnlyList<MailAddress> Recipients { get; }

    /// <summary>As far as the fields we added tell.</summary>
    public CategorySet Categories { get; } = CategorySet.Clean;

    public IReadOnlyList<MailAddress> AllRecipients { get; }

    private IReadOnlyList<MailAddress>? Blocked { get; }

    /// <summary>Reads a stored text, LF line ends made CRLF.</summary>
    public static async Task<StoredMessage> ReadAsync(Stream text, ISpoolFactory spools, CancellationToken cancellationToken)
    {
        var spool = await TextSpooler.ReadAsync(text, spools, cancellationToken);
        return new StoredMessage(spool, HeaderSection.Read(spool));
    }

    public void Dispose() => Spool.Dispose();

    private static ContentCategory? CategoryOf(HeaderField field)
    {
        if (field.HasName("X-Spam-Flag"))
            return field.Unfolded().StartsWith("YES", StringComparison.Ordinal) ? ContentCategory.Spam : null;
        return !field.HasName("X-Amavis-Alert") ? null : field.Unfolded() switch
        {
            ['I', 'N', 'F', ..] => ContentCategory.Virus,
            ['B', 'A', 'N', ..] => ContentCategory.Banned,
            ['B', 'A', 'D', ..] => ContentCategory.BadHeader,
            _ => null,
        };
    }

    private static bool IsOurs(string name) =>
        OurFields.Contains(name, StringComparer.OrdinalIgnoreCase) || name.StartsWith("X-Spam-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("X-CRM114-", StringComparison.OrdinalIgnoreCase);

    private static MailAddress? Address(string text)
    {
        var path = text.Trim();
        if (path.StartsWith('<') && path.EndsWith('>'))
            path = path[1..^1];
        return MailAddress.TryParse(path, out var address) ? address : null;
    }

    /// <summary><c>&lt;a@b&gt;, &lt;"c, d"@e&gt;</c>.</summary>
    private static List<MailAddress> Addresses(string text)
    {
        var list = new List<MailAddress>();
        for (var at = text.IndexOf('<'); at >= 0;)
        {
            var quoted = false;
            var end = at + 1;
            for (; end < text.Length && (quoted || text[end] != '>'); end++)
            {
                if (text[end] == '\\')
                    end++;
                else if (text[end] == '"')
                    quoted = !quoted;
            }
            if (end >= text.Length)
                break;
            if (MailAddress.TryParse(text[(at + 1)..end], out var address) && !address.IsNull)
                list.Add(address);
            at = text.IndexOf('<', end);
        }
        return list;
    }
}
