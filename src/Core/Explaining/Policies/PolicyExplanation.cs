using System.Net;
using Amavis.Core.Addresses;
using Amavis.Core.Lookups;

namespace Amavis.Core.Explaining.Policies;

/// <summary>Whose effective policy is asked for.</summary>
/// <param name="Recipient">The address.</param>
public sealed record PolicyQuestion(MailAddress Recipient)
{
    /// <summary>Null: none is named; then lists and tables of senders are left out.</summary>
    public MailAddress? Sender { get; init; }

    /// <summary>Of the original client; null: not known, as for mail without XFORWARD.</summary>
    public IPAddress? Client { get; init; }

    /// <summary>Banks to be loaded as well, after those of the client's address, as a milter or AM.PDP client names them.</summary>
    public IReadOnlyList<string> Banks { get; init; } = [];
}

/// <summary>Everything that is looked up for a recipient, with where each value comes from.</summary>
public sealed record PolicyExplanation
{
    public required PolicyQuestion Question { get; init; }

    /// <summary>The names of the banks in force as logs show them, parted by slashes; empty: none.</summary>
    public required string BankPath { get; init; }

    /// <summary>The banks in force in the order they were loaded, with the places of their variables.</summary>
    public required IReadOnlyList<LoadedBank> Banks { get; init; }

    /// <summary>Banks asked for that the configuration does not have.</summary>
    public required IReadOnlyList<string> UnknownBanks { get; init; }

    /// <summary>What tables are searched for, most specific first, in the form of SQL.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>The rows and entries of databases that match, the first one first; empty: none, or no database is asked.</summary>
    public required IReadOnlyList<string> Records { get; init; }

    /// <summary>Group by group.</summary>
    public required IReadOnlyList<ExplainedField> Fields { get; init; }

    /// <summary>What becomes of mail of each category, most severe first.</summary>
    public required IReadOnlyList<ExplainedCategory> Categories { get; init; }

    /// <summary>What the lists say of the sender; null: no sender is named.</summary>
    public SenderJudgement? Senders { get; init; }

    /// <summary>The field of a variable.</summary>
    public ExplainedField Field(string variable) => Fields.First(f => f.Subject.Variable == variable);
}

/// <param name="Why">What led to it.</param>
/// <param name="Variables">The variables it sets.</param>
public sealed record LoadedBank(string Name, string Why, IReadOnlyList<string> Variables);

/// <summary>One looked-up setting.</summary>
/// <param name="Value">In words for truth values (yes, no), else as it stands; null: no table has one, and <see cref="PolicySubject.Absent"/> holds.</param>
/// <param name="Source">The row, entry, table, bank or file; "default" for what is built in.</param>
public sealed record ExplainedField(PolicySubject Subject, string? Value, string Source);

/// <summary>What becomes of mail of one category, unless the recipient wants it all the same.</summary>
/// <param name="Category">As in headers and counters: Virus, Banned, CleanTag.</param>
/// <param name="Destiny">Pass, Discard, Bounce, Reject, TempFail.</param>
/// <param name="IsWanted">The recipient is a lover of the category: it passes whatever the destiny is.</param>
/// <param name="Quarantine">Method and, where it takes one, address; null: not quarantined.</param>
public sealed record ExplainedCategory(string Category, ExplainedValue Destiny, bool IsWanted, ExplainedValue Quarantine, ExplainedValue Forward);

/// <param name="Text">Null: none.</param>
public sealed record ExplainedValue(string? Text, string Source);
