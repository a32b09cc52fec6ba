using Amavis.Core.Explaining;
using Amavis.Core.Messages;
using Amavis.Engine.Quarantine;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Templates;

/// <summary>What is known of a message when a template about it is expanded.</summary>
internal sealed record MacroFacts
{
    public required ReceivedMessage Message { get; init; }
    public required Letter Letter { get; init; }
    public required Findings Findings { get; init; }
    /// <summary>The recipients the template speaks of, in envelope order.</summary>
    public required IReadOnlyList<RecipientOutcome> Outcomes { get; init; }
    public required string MailId { get; init; }
    public string SecretId { get; init; } = "";
    /// <summary>Of a notice: the message it is about.</summary>
    public string ParentMailId { get; init; } = "";
    public IReadOnlyList<StoredCopy> Copies { get; init; } = [];
    public IReadOnlyList<string> Actions { get; init; } = [];
    /// <summary>Since the transaction began.</summary>
    public TimeSpan Elapsed { get; init; }
    public DateTimeOffset Now { get; init; }
    /// <summary>What each virus scanner said; null: none was asked.</summary>
    public VirusExplanation? Virus { get; init; }
    public DkimMacroFacts Dkim { get; init; } = DkimMacroFacts.None;
    /// <summary>Null: the template is not that of a notice.</summary>
    public NoticeAddresses? Notice { get; init; }
    /// <summary>One recipient only is spoken of: its number from 1. Null: all are.</summary>
    public int? Counter { get; init; }
    /// <summary>resend, attach, plain, arf or dsn, while a stored message is sent on.</summary>
    public string ReportFormat { get; init; } = "";
    /// <summary>abuse and the like.</summary>
    public string FeedbackType { get; init; } = "";
    /// <summary>Of a released attachment.</summary>
    public string AttachmentPassword { get; init; } = "";
    /// <summary>Y, N, q or ?, as in the database; a blank: not decided yet.</summary>
    public char DsnSent { get; init; } = ' ';
}

/// <summary>Addresses of a notice.</summary>
/// <param name="From">A whole From field.</param>
internal sealed record NoticeAddresses(string From, IReadOnlyList<string> To, IReadOnlyList<string> Cc, IReadOnlyList<string> Bcc);

/// <summary>What is known of DKIM signatures; nothing unless they are verified.</summary>
internal sealed record DkimMacroFacts
{
    public static readonly DkimMacroFacts None = new();

    public int Valid { get; init; }
    public bool ByAuthor { get; init; }
    public bool BySender { get; init; }
    public bool ByThirdParty { get; init; }
    public bool ByEnvelopeSender { get; init; }
    public IReadOnlyList<string> Identities { get; init; } = [];
    public IReadOnlyList<string> Selectors { get; init; } = [];
    public IReadOnlyList<string> Domains { get; init; } = [];
    /// <summary><c>selector:domain</c> of valid signatures.</summary>
    public IReadOnlyList<string> SelectorsAndDomains { get; init; } = [];
    /// <summary><c>selector:domain</c> of signatures made here.</summary>
    public IReadOnlyList<string> New { get; init; } = [];

    /// <summary>Is there a valid signature of a domain; <c>.d</c> includes those below it.</summary>
    public bool IsBy(string domain) => domain.StartsWith('.')
        ? Domains.Any(d => d.Equals(domain[1..], StringComparison.OrdinalIgnoreCase) || d.EndsWith(domain, StringComparison.OrdinalIgnoreCase))
        : Domains.Contains(domain, StringComparer.OrdinalIgnoreCase);
}
