using System.Globalization;
using System.Net;
using Amavis.Core.Addresses;
using Amavis.Core.Messages;

namespace Amavis.Protocols.AmPdp;

/// <summary>A request to check a message that lies in a file. Paths are as given: the server holds them against its directories.</summary>
public sealed record AmPdpCheckRequest
{
    /// <summary>Null: not given, and then <see cref="MailFile"/> is.</summary>
    public string? TempDir { get; init; }

    /// <summary>The directory is the client's to remove.</summary>
    public bool ClientRemovesTempDir { get; init; }

    public required string MailFile { get; init; }
    public required MailAddress Sender { get; init; }
    public required IReadOnlyList<MailAddress> Recipients { get; init; }

    /// <summary>The same as the client wrote them.</summary>
    public required IReadOnlyList<string> RecipientPaths { get; init; }

    /// <summary>We forward the message, and the client is told to discard it.</summary>
    public bool ServerDelivers { get; init; }

    public ClientFacts Client { get; init; } = ClientFacts.Unknown;

    /// <summary>Banks to load, in order, after those of interface and client address.</summary>
    public IReadOnlyList<string> PolicyBanks { get; init; } = [];

    /// <summary>Reads a request of kind AM.PDP (or AM.CL, the older name).</summary>
    public static bool TryFrom(AmPdpMessage message, out AmPdpCheckRequest? request, out string fault)
    {
        ArgumentNullException.ThrowIfNull(message);
        request = null;
        fault = "Incomplete request";
        var tempDir = NotEmpty(message.Value("tempdir"));
        var mailFile = NotEmpty(message.Value("mail_file")) ?? (tempDir is null ? null : tempDir.TrimEnd('/') + "/email.txt");
        if (mailFile is null || message.Value("sender") is not { } senderText || message.Value("recipient") is null)
            return false;
        if (AmPdpAddress.Read(senderText) is not { } sender)
        {
            fault = "Invalid sender";
            return false;
        }
        var recipients = new List<MailAddress>();
        foreach (var text in message.Values("recipient"))
        {
            if (AmPdpAddress.Read(text) is not { IsNull: false } recipient)
            {
                fault = "Invalid recipient";
                return false;
            }
            recipients.Add(recipient);
        }
        request = new AmPdpCheckRequest
        {
            TempDir = tempDir,
            ClientRemovesTempDir = Is(message, "tempdir_removed_by", "client"),
            MailFile = mailFile,
            Sender = sender,
            Recipients = recipients,
            RecipientPaths = message.Values("recipient"),
            ServerDelivers = Is(message, "delivery_care_of", "server"),
            Client = ReadClient(message),
            PolicyBanks = (message.Value("policy_bank") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        };
        fault = "";
        return true;
    }

    private static ClientFacts ReadClient(AmPdpMessage message) => new()
    {
        Address = IPAddress.TryParse(Without(message.Value("client_address") ?? "", "IPv6:").Trim('[', ']'), out var address) ? address : null,
        Port = int.TryParse(message.Value("client_port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535 ? port : null,
        Name = NotEmpty(message.Value("client_name")),
        Helo = NotEmpty(message.Value("helo_name")),
        Protocol = NotEmpty(message.Value("protocol_name")),
        QueueId = NotEmpty(message.Value("queue_id")),
        Source = NotEmpty(message.Value("client_source")),
    };

    private static string Without(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? text[prefix.Length..] : text;

    private static bool Is(AmPdpMessage message, string name, string value) =>
        string.Equals(message.Value(name), value, StringComparison.OrdinalIgnoreCase);

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
