using System.Text.Encodings.Web;
using System.Text.Json;

namespace Amavis.Data.Writing;

/// <summary>
/// A <see cref="FinalRow"/> as one line of JSON, for the journal and the file of rejected rows. Unknown members are skipped
/// when reading, so that a newer journal can still be stored by an older program after a step back.
/// </summary>
internal static class RowCodec
{
    // Names are escaped for JSON, not for HTML: nothing here is ever shown in a page.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void Write(System.Buffers.IBufferWriter<byte> output, FinalRow row)
    {
        using var json = new Utf8JsonWriter(output, Options);
        var arrival = row.Arrival;
        json.WriteStartObject();
        json.WriteNumber("v"u8, 1);
        json.WriteNumber("partition_tag"u8, arrival.PartitionTag);
        json.WriteString("mail_id"u8, arrival.MailId);
        json.WriteString("secret_id"u8, arrival.SecretId);
        json.WriteString("am_id"u8, arrival.AmId);
        json.WriteNumber("time_num"u8, arrival.TimeNum);
        WriteAddress(json, "sender"u8, arrival.Sender);
        json.WriteString("policy"u8, arrival.Policy);
        json.WriteString("client_addr"u8, arrival.ClientAddr);
        json.WriteNumber("size"u8, arrival.Size);
        json.WriteString("host"u8, arrival.Host);
        json.WriteString("originating"u8, row.Originating);
        json.WriteString("content"u8, row.Content);
        json.WriteString("quar_type"u8, row.QuarType);
        json.WriteString("quar_loc"u8, row.QuarLoc);
        json.WriteString("dsn_sent"u8, row.DsnSent);
        json.WriteNumber("spam_level"u8, row.SpamLevel);
        json.WriteString("message_id"u8, row.MessageId);
        json.WriteString("from_addr"u8, row.FromAddr);
        json.WriteString("subject"u8, row.Subject);
        json.WriteStartArray("recipients"u8);
        foreach (var recipient in row.Recipients)
            WriteRecipient(json, recipient);
        json.WriteEndArray();
        json.WriteString("explanation"u8, row.Explanation);
        json.WriteEndObject();
    }

    /// <summary>Null when it is not such a line.</summary>
    public static FinalRow? Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            return new FinalRow
            {
                Arrival = new ArrivalRow
                {
                    PartitionTag = root.GetProperty("partition_tag").GetInt32(),
                    MailId = Text(root, "mail_id"),
                    SecretId = Text(root, "secret_id"),
                    AmId = Text(root, "am_id"),
                    TimeNum = root.GetProperty("time_num").GetInt32(),
                    Sender = Address(root.GetProperty("sender")),
                    Policy = Text(root, "policy"),
                    ClientAddr = Text(root, "client_addr"),
                    Size = root.GetProperty("size").GetInt32(),
                    Host = Text(root, "host"),
                },
                Originating = Text(root, "originating"),
                Content = Text(root, "content"),
                QuarType = Text(root, "quar_type"),
                QuarLoc = Text(root, "quar_loc"),
                DsnSent = Text(root, "dsn_sent"),
                SpamLevel = root.GetProperty("spam_level").GetDouble(),
                MessageId = Text(root, "message_id"),
                FromAddr = Text(root, "from_addr"),
                Subject = Text(root, "subject"),
                Recipients = [.. root.GetProperty("recipients").EnumerateArray().Select(Recipient)],
                Explanation = Text(root, "explanation"),
            };
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static void WriteAddress(Utf8JsonWriter json, ReadOnlySpan<byte> name, AddressValue address)
    {
        json.WriteStartArray(name);
        json.WriteStringValue(address.Email);
        json.WriteStringValue(address.Domain);
        json.WriteEndArray();
    }

    private static void WriteRecipient(Utf8JsonWriter json, RecipientRow recipient)
    {
        json.WriteStartObject();
        json.WriteNumber("rseqnum"u8, recipient.Rseqnum);
        WriteAddress(json, "address"u8, recipient.Address);
        json.WriteString("is_local"u8, recipient.IsLocal);
        json.WriteString("content"u8, recipient.Content);
        json.WriteString("ds"u8, recipient.Ds);
        json.WriteString("bl"u8, recipient.Bl);
        json.WriteString("wl"u8, recipient.Wl);
        json.WriteNumber("bspam_level"u8, recipient.BspamLevel);
        json.WriteString("smtp_resp"u8, recipient.SmtpResp);
        json.WriteEndObject();
    }

    private static RecipientRow Recipient(JsonElement element) => new()
    {
        Rseqnum = element.GetProperty("rseqnum").GetInt32(),
        Address = Address(element.GetProperty("address")),
        IsLocal = Text(element, "is_local"),
        Content = Text(element, "content"),
        Ds = Text(element, "ds"),
        Bl = Text(element, "bl"),
        Wl = Text(element, "wl"),
        BspamLevel = element.GetProperty("bspam_level").GetDouble(),
        SmtpResp = Text(element, "smtp_resp"),
    };

    private static AddressValue Address(JsonElement element) => new(element[0].GetString() ?? "", element[1].GetString() ?? "");

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
}
