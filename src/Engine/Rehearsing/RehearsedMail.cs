using Amavis.Engine.Delivery.Methods;

namespace Amavis.Engine.Rehearsing;

/// <summary>Mail that would have left: a copy for recipients, for the quarantine, or a notice.</summary>
/// <param name="Method">As configured: <c>smtp:[127.0.0.1]:10025</c>, several of them parted by commas.</param>
/// <param name="Sender">Envelope sender with angle brackets.</param>
/// <param name="Recipients">With angle brackets; of a quarantine its places.</param>
/// <param name="Locations">Files it would be kept in; empty: it is not kept in files.</param>
/// <param name="Octets">Length with all changes.</param>
/// <param name="Reply">What the delivery would be answered, as far as that can be known here.</param>
/// <param name="AddedFields">Fields it has that the message has not, from the top, folded with LF; of a notice its whole header section.</param>
/// <param name="RemovedFields">Fields of the message that it has not.</param>
public sealed record RehearsedMail(
    MailPurpose Purpose, string Method, string Sender, IReadOnlyList<string> Recipients, IReadOnlyList<string> Locations, long Octets, string Reply,
    IReadOnlyList<string> AddedFields, IReadOnlyList<string> RemovedFields);
