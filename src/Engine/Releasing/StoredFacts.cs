using System.Globalization;
using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Templates;
using Amavis.Engine.Verdicts;
using Amavis.Mime.Headers;

namespace Amavis.Engine.Releasing;

/// <summary>What the macros of a release text know of a message that was stored: its header, and the category its marks tell.</summary>
internal static class StoredFacts
{
    /// <param name="recipients">Looked up.</param>
    public static MacroFacts Of(StoredMessage stored, ReleaseIdentity identity, PolicyState policy, MailAddress sender, IReadOnlyList<RecipientPolicy> recipients)
    {
        var spool = new SpoolSlice(stored.Spool, stored.OriginalOffset);
        var header = HeaderSection.Read(spool);
        var received = header.All("Received").Take(2).ToList();
        // The topmost field is ours; the one below tells who gave the message to our MTA.
        var client = received.Select(f => ReceivedHop.Parse(f.UnfoldedOctets())).LastOrDefault();
        var message = new ReceivedMessage
        {
            LogId = identity.LogId,
            Envelope = new Envelope { Sender = sender, Recipients = [.. recipients.Select(r => r.Recipient)] },
            Connection = new ConnectionFacts(),
            Client = new ClientFacts { Address = client?.Address, Port = client?.Port, Protocol = client?.With },
            Spool = spool,
            Policy = policy,
            ReceivedAt = received.Count > 0 && DateOf(received[0].Unfolded()) is { } date ? date : identity.Now,
            StartedTimestamp = 0,
            DataEndedTimestamp = 0,
        };
        var categories = stored.Categories;
        return new MacroFacts
        {
            Message = message,
            Letter = Letter.Read(message),
            Findings = new Findings { Size = spool.Length },
            Outcomes = [.. recipients.Select(r => Outcome(r, categories))],
            MailId = identity.NewId,
            ParentMailId = identity.MailId,
            Now = identity.Now,
        };
    }

    private static RecipientOutcome Outcome(RecipientPolicy policy, CategorySet categories)
    {
        var verdict = new RecipientVerdict { Policy = policy, Categories = categories, Destiny = Destiny.Pass };
        return new RecipientOutcome { Verdict = verdict, Reply = new SmtpReply(250, "2.5.0 Ok"), Categories = categories, Destiny = Destiny.Pass };
    }

    /// <summary>The date of a Received field, after its last semicolon (RFC 5321 §4.4).</summary>
    private static DateTimeOffset? DateOf(string received)
    {
        var text = received[(received.LastIndexOf(';') + 1)..];
        var comment = text.IndexOf('(', StringComparison.Ordinal);
        return DateTimeOffset.TryParse((comment < 0 ? text : text[..comment]).Trim(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
    }
}

/// <summary>Ids and time of one release.</summary>
/// <param name="MailId">Of the stored message.</param>
/// <param name="NewId">Of the mail that is sent.</param>
internal sealed record ReleaseIdentity(string MailId, string NewId, DateTimeOffset Now)
{
    public string LogId => "rel-" + NewId;
}
