namespace Amavis.Cli.Monitoring;

/// <summary>The counter that stands for 100 % beside each other one.</summary>
internal static class CounterReferences
{
    private static readonly string[] Directions = ["Inbound", "Outbound", "Internal", "Originating", "OpenRelay", ""];

    /// <summary>Null: there is none.</summary>
    public static string? Of(string name)
    {
        if (Starts("Cache"))
            return name == "CacheHitsVirusMsgs" ? "ContentVirusMsgs" : "CacheAttempts";
        if (Starts("Content"))
            return "InMsgs" + Direction(name);
        if (Starts("OpsSql"))
            return "InMsgsRecips";
        if (Starts("InMsgsSize"))
            return "InMsgsSize";
        if (name == "InMsgsRecipsLocal")
            return "InMsgsRecips";
        if (Starts("InMsgsRecips"))
            return "InMsgs" + Direction(name);
        if (Starts("InMsgsBounce") && name != "InMsgsBounce")
            return "InMsgsBounce";
        if (Starts("InMsgs") || Starts("Ops") || name == "GenMailIdRetries")
            return "InMsgs";
        if (Starts("Out") || Starts("Quar"))
            return OfTransfer(name);
        if (Starts("Log") && !Starts("LogRows"))
            return name == "LogEntries" ? "InMsgs" : "LogEntries";
        return OfLookup(name);

        bool Starts(string prefix) => name.StartsWith(prefix, StringComparison.Ordinal);
    }

    private static string OfTransfer(string name)
    {
        if (name is "OutMsgsSize" or "QuarMsgsSize")
            return "InMsgsSize";
        if (name.StartsWith("OutMsgsSize", StringComparison.Ordinal))
            return "OutMsgsSize";
        if (name.StartsWith("QuarMsgsSize", StringComparison.Ordinal))
            return "QuarMsgsSize";
        return name.StartsWith("Quar", StringComparison.Ordinal) ? "QuarMsgs" : name == "OutMsgs" ? "InMsgs" : "OutMsgs";
    }

    private static string? OfLookup(string name) => name switch
    {
        "PenPalsAttempts" => "InMsgsRecipsLocal",
        "PenPalsHits" => "PenPalsAttempts",
        _ when name.StartsWith("PenPalsHits", StringComparison.Ordinal) => "PenPalsHits",
        _ when name.StartsWith("PenPals", StringComparison.Ordinal) => "PenPalsAttempts",
        "SqlAddrSenderAttempts" => "InMsgs",
        _ when name.StartsWith("SqlAddrSender", StringComparison.Ordinal) => "SqlAddrSenderAttempts",
        "SqlAddrRecipAttempts" => "InMsgsRecips",
        _ when name.StartsWith("SqlAddrRecip", StringComparison.Ordinal) => "SqlAddrRecipAttempts",
        _ => null,
    };

    private static string Direction(string name) => Array.Find(Directions, d => name.EndsWith(d, StringComparison.Ordinal))!;
}
