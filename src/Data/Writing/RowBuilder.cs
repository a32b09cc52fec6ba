using Amavis.Core.Addresses;
using Amavis.Core.Storage;

namespace Amavis.Data.Writing;

/// <summary>Turns what the engine reports into the values that are stored. Pure; any thread.</summary>
/// <param name="caseSensitiveLocalPart"><c>localpart_is_case_sensitive</c>.</param>
/// <param name="allow8bit"><c>sql_allow_8bit_address</c>: octets above 0x7E stay in <c>maddr.email</c>.</param>
internal sealed class RowBuilder(bool caseSensitiveLocalPart, bool allow8bit)
{
    /// <summary>Characters of an explanation that are kept; a longer one is left out, it would only be cut JSON.</summary>
    public const int MaxExplanationLength = 1 << 20;

    /// <summary>Characters of <c>msgs.am_id</c>.</summary>
    private const int MaxAmIdLength = 20;

    private static readonly AddressValue NullAddress = new("", "");

    public ArrivalRow Arrival(MessageArrival arrival) => new()
    {
        PartitionTag = arrival.PartitionTag,
        MailId = ColumnText.Printable(arrival.MailId),
        SecretId = ColumnText.Printable(arrival.SecretId),
        AmId = ColumnText.Characters(arrival.AmId, MaxAmIdLength),
        TimeNum = ColumnText.NotNegative(arrival.ReceivedAt.ToUnixTimeSeconds()),
        Sender = Address(arrival.Sender),
        Policy = ColumnText.Characters(arrival.Policy),
        ClientAddr = ColumnText.Characters(arrival.ClientAddress),
        Size = ColumnText.NotNegative(arrival.Size),
        Host = ColumnText.Characters(arrival.Host),
    };

    public FinalRow Final(MessageRecord record) => new()
    {
        Arrival = Arrival(record.Arrival),
        Originating = ColumnText.YesNo(record.Originating),
        Content = ColumnText.Letter(record.Content),
        QuarType = ColumnText.Letter(record.QuarantineType),
        QuarLoc = ColumnText.Printable(record.QuarantineLocation),
        DsnSent = ColumnText.Letter(record.DsnSent),
        SpamLevel = ColumnText.Points(record.SpamLevel),
        MessageId = ColumnText.Printable(record.MessageId),
        FromAddr = ColumnText.Characters(record.From),
        Subject = ColumnText.Characters(record.Subject),
        Recipients = Recipients(record.Recipients),
        Explanation = record.Explanation.Length > MaxExplanationLength ? "" : ColumnText.Characters(record.Explanation, MaxExplanationLength),
    };

    /// <summary>
    /// Normalised: lower case (the local part unless configured otherwise), domain in A-labels, at most 255 octets; an address
    /// without domain ends in an at sign. The local part keeps its quoting, unlike keys of the lookup tables.
    /// </summary>
    public AddressValue Address(MailAddress address)
    {
        if (address.IsNull)
            return NullAddress;
        var smtp = address.Smtp;
        var local = address.Domain.Length == 0 ? smtp : smtp[..^(address.Domain.Length + 1)];
        var domain = DomainNames.Normalize(address.Domain);
        if (!caseSensitiveLocalPart)
            local = local.ToLowerInvariant();
        var email = ColumnText.Octets(local + "@" + domain);
        return new AddressValue(
            allow8bit ? ColumnText.Characters(email) : ColumnText.Printable(email),
            domain.Length == 0 ? "" : ColumnText.Printable(DomainNames.Reverse(domain)));
    }

    private List<RecipientRow> Recipients(IReadOnlyList<RecipientRecord> recipients)
    {
        var rows = new List<RecipientRow>(recipients.Count);
        var highest = 0;
        foreach (var recipient in recipients)
        {
            // A recipient given as <> consumes a number but gets no row. Numbers only rise, whatever was given: they are a key.
            highest = Math.Max(highest + 1, recipient.Position);
            if (recipient.Address.IsNull)
                continue;
            rows.Add(new RecipientRow
            {
                Rseqnum = highest,
                Address = Address(recipient.Address),
                IsLocal = ColumnText.YesNo(recipient.IsLocal),
                Content = ColumnText.Letter(recipient.Content),
                Ds = ColumnText.Letter(recipient.DeliveryStatus),
                Bl = ColumnText.YesNo(recipient.Blacklisted),
                Wl = ColumnText.YesNo(recipient.Whitelisted),
                BspamLevel = ColumnText.Points(recipient.SpamLevel),
                SmtpResp = ColumnText.Printable(recipient.SmtpResponse),
            });
        }
        return rows;
    }

    /// <summary>The same row in US-ASCII and without its explanation: the last try for a database that can't store the text.</summary>
    public static FinalRow Plain(FinalRow row) => row with
    {
        Arrival = row.Arrival with
        {
            Policy = ColumnText.Printable(row.Arrival.Policy),
            Host = ColumnText.Printable(row.Arrival.Host),
            ClientAddr = ColumnText.Printable(row.Arrival.ClientAddr),
            AmId = ColumnText.Printable(row.Arrival.AmId),
            Sender = Plain(row.Arrival.Sender),
        },
        FromAddr = ColumnText.Printable(row.FromAddr),
        Subject = ColumnText.Printable(row.Subject),
        Recipients = [.. row.Recipients.Select(r => r with { Address = Plain(r.Address) })],
        Explanation = "",
    };

    private static AddressValue Plain(AddressValue address) => new(ColumnText.Printable(address.Email), ColumnText.Printable(address.Domain));
}
