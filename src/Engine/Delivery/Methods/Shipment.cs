using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Engine.Quarantine;
using Amavis.Protocols.Smtp.Client;

namespace Amavis.Engine.Delivery.Methods;

/// <summary>A delivery by any method, with what the methods other than SMTP need.</summary>
internal sealed record Shipment
{
    public required SmtpDelivery Delivery { get; init; }

    public required MailPurpose Purpose { get; init; }

    public required Settings Settings { get; init; }

    /// <summary>For the placeholders of file names.</summary>
    public required FileNameValues Names { get; init; }

    /// <summary>First log row, which a copy in SQL is stored with; null: this mail can't go there.</summary>
    public MessageArrival? Arrival { get; init; }

    /// <summary>Time for a program or a lock on a file.</summary>
    public required TimeSpan Limit { get; init; }
}
