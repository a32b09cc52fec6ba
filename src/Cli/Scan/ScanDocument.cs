using System.Text.Json.Nodes;
using Amavis.Engine.Rehearsing;

namespace Amavis.Cli.Scan;

/// <summary>The outcome of <c>amavis scan</c> as one JSON document.</summary>
internal static class ScanDocument
{
    public static JsonObject Of(string file, RehearsalOrder order, RehearsalReport report, bool ok) => new()
    {
        ["ok"] = ok,
        ["file"] = file,
        ["octets"] = report.Octets,
        ["sender"] = order.Sender.Smtp,
        ["recipients"] = Texts(order.Recipients.Select(r => r.Smtp)),
        ["socket"] = order.Socket?.ToString(),
        ["clientAddress"] = order.Client.Address?.ToString(),
        ["refusedAtRcpt"] = new JsonArray([.. report.RefusedAtRcpt.Select(r => (JsonNode)new JsonObject { ["recipient"] = r.Recipient.Smtp, ["reply"] = r.Reply.ToString() })]),
        ["explanation"] = report.Explanation is { } explanation ? JsonNode.Parse(explanation.ToJson()) : null,
        ["mails"] = new JsonArray([.. report.Mails.Select(Mail)]),
        ["reply"] = report.Replies.Single.ToString(),
        ["replies"] = Texts(report.Replies.PerRecipient.Select(r => r.ToString())),
        ["log"] = new JsonArray([.. report.Log.Select(l => (JsonNode)new JsonObject { ["level"] = l.Level, ["text"] = l.Text })]),
    };

    private static JsonNode Mail(RehearsedMail mail) => new JsonObject
    {
        ["purpose"] = char.ToLowerInvariant(mail.Purpose.ToString()[0]) + mail.Purpose.ToString()[1..],
        ["method"] = mail.Method,
        ["sender"] = mail.Sender,
        ["recipients"] = Texts(mail.Recipients),
        ["locations"] = Texts(mail.Locations),
        ["octets"] = mail.Octets,
        ["reply"] = mail.Reply,
        ["addedFields"] = Texts(mail.AddedFields),
        ["removedFields"] = Texts(mail.RemovedFields),
    };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);
}
