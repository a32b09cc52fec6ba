using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Data.Console;

/// <summary>Makes <see cref="MessageSummary"/> records of a page of messages: one query for the messages, one for their recipients.</summary>
internal static class Summaries
{
    /// <summary>A message not finished after this time was lost.</summary>
    public static readonly TimeSpan LostAfter = TimeSpan.FromHours(1);

    /// <summary>Recipients read for one message in a list; the message's own page has all.</summary>
    public const int MaxRecipients = 100;

    public static async Task<IReadOnlyList<MessageSummary>> ReadAsync(
        AmavisDbContext context, IQueryable<MsgsRow> page, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var messages = await (
            from m in page
            join s in context.Maddr on m.Sid equals s.Id into senders
            from s in senders.DefaultIfEmpty()
            orderby m.TimeNum descending, m.MailId descending, m.PartitionTag descending
            select new MessageRow
            {
                PartitionTag = m.PartitionTag,
                MailId = m.MailId,
                TimeNum = m.TimeNum,
                Sender = s == null ? null : s.Email,
                From = m.FromAddr,
                Subject = m.Subject,
                Size = m.Size,
                Content = m.Content,
                Originating = m.Originating,
                QuarType = m.QuarType,
                ClientAddr = m.ClientAddr,
            }).ToListAsync(cancellationToken);
        var recipients = await RecipientsAsync(context, messages, cancellationToken);
        return [.. messages.Select(m => Summary(m, recipients, now))];
    }

    /// <summary>The letter in a column of one character; a blank for none.</summary>
    public static char Letter(string? column) => string.IsNullOrEmpty(column) ? ' ' : column[0];

    /// <summary>As <see cref="Letter"/>, with null for null and for an empty column.</summary>
    public static char? LetterOrNull(string? column) => string.IsNullOrEmpty(column) ? null : column[0];

    private static MessageSummary Summary(MessageRow m, ILookup<MessageKey, RecipientRow> recipients, DateTimeOffset now)
    {
        var key = new MessageKey(m.PartitionTag, m.MailId);
        var receivedAt = DateTimeOffset.FromUnixTimeSeconds(m.TimeNum);
        var content = LetterOrNull(m.Content);
        return new MessageSummary
        {
            Key = key,
            ReceivedAt = receivedAt,
            Sender = m.Sender ?? "",
            From = m.From ?? "",
            Subject = m.Subject ?? "",
            Size = m.Size,
            Content = content is { } letter ? ContentLetter.Of(letter, null, ' ') : null,
            IsLost = content is null && now - receivedAt > LostAfter,
            Originating = Letter(m.Originating),
            QuarantineType = Letter(m.QuarType),
            ClientAddress = m.ClientAddr ?? "",
            Recipients = [.. recipients[key].Select(r => new RecipientSummary
            {
                Position = r.Rseqnum,
                Address = r.Email ?? "",
                Content = ContentLetter.Of(Letter(r.Content), content, Letter(r.Ds)),
                DeliveryStatus = Letter(r.Ds),
                ReleaseStatus = Letter(r.Rs),
                Score = r.BspamLevel,
                IsLocal = Letter(r.IsLocal),
                Blacklisted = r.Bl == "Y",
                Whitelisted = r.Wl == "Y",
                Response = r.SmtpResp ?? "",
            })],
        };
    }

    private static async Task<ILookup<MessageKey, RecipientRow>> RecipientsAsync(AmavisDbContext context, List<MessageRow> messages, CancellationToken cancellationToken)
    {
        var ids = messages.Select(m => m.MailId).Distinct().ToArray();
        var rows = ids.Length == 0
            ? []
            : await (
                from r in context.Msgrcpt
                where ids.Contains(r.MailId)
                join a in context.Maddr on r.Rid equals a.Id into addresses
                from a in addresses.DefaultIfEmpty()
                orderby r.Rseqnum
                select new RecipientRow
                {
                    PartitionTag = r.PartitionTag,
                    MailId = r.MailId,
                    Rseqnum = r.Rseqnum,
                    Email = a == null ? null : a.Email,
                    Content = r.Content,
                    Ds = r.Ds,
                    Rs = r.Rs,
                    BspamLevel = r.BspamLevel,
                    IsLocal = r.IsLocal,
                    Bl = r.Bl,
                    Wl = r.Wl,
                    SmtpResp = r.SmtpResp,
                }).Take(ids.Length * MaxRecipients).ToListAsync(cancellationToken);
        return rows.ToLookup(r => new MessageKey(r.PartitionTag, r.MailId));
    }

    private sealed class MessageRow
    {
        public int PartitionTag { get; init; }
        public required string MailId { get; init; }
        public int TimeNum { get; init; }
        public string? Sender { get; init; }
        public string? From { get; init; }
        public string? Subject { get; init; }
        public int Size { get; init; }
        public string? Content { get; init; }
        public string? Originating { get; init; }
        public string? QuarType { get; init; }
        public string? ClientAddr { get; init; }
    }

    private sealed class RecipientRow
    {
        public int PartitionTag { get; init; }
        public required string MailId { get; init; }
        public int Rseqnum { get; init; }
        public string? Email { get; init; }
        public string? Content { get; init; }
        public string? Ds { get; init; }
        public string? Rs { get; init; }
        public float? BspamLevel { get; init; }
        public string? IsLocal { get; init; }
        public string? Bl { get; init; }
        public string? Wl { get; init; }
        public string? SmtpResp { get; init; }
    }
}
