using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Core.Storage;
using Amavis.Engine.Checks;
using Amavis.Engine.Quarantine;
using Amavis.Engine.Templates;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Reporting;

/// <summary>Everything known when a message is done, for the log, the database and the counters.</summary>
internal sealed record FinishedMessage
{
    public required MessageArrival Arrival { get; init; }
    public required IReadOnlyList<RecipientOutcome> Outcomes { get; init; }
    public required Findings Findings { get; init; }
    public required IReadOnlyList<StoredCopy> Copies { get; init; }
    public required char DsnSent { get; init; }
    public required SmtpReply Reply { get; init; }
    public required CounterBatch Counters { get; init; }
    public required CheckedMessage Checks { get; init; }
    /// <summary>For the templates of log lines.</summary>
    public required MacroFacts Facts { get; init; }
}
