using System.Globalization;
using Amavis.Snmp.AgentX;

namespace Amavis.Snmp.Tests;

/// <summary>PDUs as lines that people read: what tests compare and transcripts are written in.</summary>
internal static class PduText
{
    public static string Of(AgentXPdu pdu) => (pdu.Context is null ? "" : $"({pdu.Context}) ") + Of(pdu.Body);

    public static string Of(PduBody body) => body switch
    {
        PduBody.Open open => $"Open {open.TimeoutSeconds} {open.Id} {open.Description}",
        PduBody.Close close => $"Close {close.Reason}",
        PduBody.Register register => $"Register {Of(register.Registration)} timeout {register.TimeoutSeconds}",
        PduBody.Unregister unregister => $"Unregister {Of(unregister.Registration)}",
        PduBody.Get get => "Get " + string.Join(", ", get.Ranges),
        PduBody.GetNext next => "GetNext " + string.Join(", ", next.Ranges),
        PduBody.GetBulk bulk => $"GetBulk {bulk.NonRepeaters} {bulk.MaxRepetitions} {string.Join(", ", bulk.Ranges)}",
        PduBody.TestSet test => "TestSet " + string.Join(", ", test.Variables),
        PduBody.Notify notify => "Notify " + string.Join(", ", notify.Variables),
        PduBody.Response response => $"Response {response.Error} {response.Index}" + string.Concat(response.Variables.Select(v => "\n   " + v)),
        PduBody.Other other => $"Other {(int)other.Kind}",
        _ => body.Type.ToString(),
    };

    /// <summary>A line of a transcript: <c>GetNext 1.3.6 included to 1.3.7, 1.3.9</c>.</summary>
    public static AgentXPdu Parse(string line, uint session, uint packet)
    {
        string? context = null;
        if (line.StartsWith('('))
            (context, line) = (line[1..line.IndexOf(')')], line[(line.IndexOf(')') + 2)..]);
        var words = line.Split(' ', 2);
        var rest = words.Length > 1 ? words[1] : "";
        PduBody body = words[0] switch
        {
            "Get" => new PduBody.Get(Ranges(rest)),
            "GetNext" => new PduBody.GetNext(Ranges(rest)),
            "GetBulk" => Bulk(rest.Split(' ', 3)),
            "TestSet" => new PduBody.TestSet([.. rest.Split(", ").Select(Variable)]),
            "CommitSet" => new PduBody.CommitSet(),
            "UndoSet" => new PduBody.UndoSet(),
            "CleanupSet" => new PduBody.CleanupSet(),
            "Ping" => new PduBody.Ping(),
            "Close" => new PduBody.Close(Enum.Parse<CloseReason>(rest)),
            "Other" => new PduBody.Other((PduType)Number(rest)),
            _ => throw new FormatException(line),
        };
        return new AgentXPdu(session, 900 + packet, packet, body, context);
    }

    private static string Of(Registration registration) =>
        $"{registration.Subtree} priority {registration.Priority}" + (registration.RangeSubId == 0 ? "" : $" range {registration.RangeSubId} to {registration.UpperBound}");

    private static PduBody.GetBulk Bulk(string[] words) => new(Number(words[0]), Number(words[1]), Ranges(words[2]));

    private static List<SearchRange> Ranges(string text) => [.. text.Split(", ").Select(Range)];

    private static SearchRange Range(string text)
    {
        var words = text.Split(' ');
        var to = Array.IndexOf(words, "to");
        return new SearchRange(Oid.Parse(words[0]), words.Contains("included"), to < 0 ? Oid.Null : Oid.Parse(words[to + 1]));
    }

    private static VarBind Variable(string text)
    {
        var words = text.Split(" = ");
        return new VarBind(Oid.Parse(words[0]), SnmpValue.Integer(Number(words[1])));
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
