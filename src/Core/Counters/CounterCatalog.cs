namespace Amavis.Core.Counters;

public enum CounterKind
{
    Counter32,
    Counter64,
    Gauge32,
    /// <summary>Milliseconds kept, hundredths of a second served.</summary>
    TimeInterval,
}

/// <summary>One counter: its internal name, what it means, its unit, and the object identifiers it feeds below 1.3.6.1.4.1.15312.2.1.</summary>
public sealed record CounterDefinition(int Index, string Name, CounterKind Kind, string Unit, string Help, IReadOnlyList<string> Oids)
{
    /// <summary>Name in the Prometheus text format: <c>amavis_in_msgs_status_relayed_total</c>.</summary>
    public string PrometheusName { get; } = ToPrometheus(Name, Kind, Unit);

    private static string ToPrometheus(string name, CounterKind kind, string unit)
    {
        var text = new System.Text.StringBuilder("amavis");
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            var startsWord = char.IsAsciiLetterUpper(c)
                && (i == 0 || !char.IsAsciiLetterUpper(name[i - 1]) || (i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1])));
            if (startsWord)
                text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }
        if (unit == "octets" && !name.Contains("Octets", StringComparison.Ordinal))
            text.Append("_bytes");
        if (kind == CounterKind.TimeInterval)
            text.Append("_seconds");
        if (kind != CounterKind.Gauge32)
            text.Append("_total");
        return text.ToString();
    }
}

/// <summary>
/// The list of all counters: each is declared here once. Prometheus text and SNMP both read it; docs/counters.md is compared with it.
/// </summary>
public static class CounterCatalog
{
    private static readonly string[] Directions = ["", "Inbound", "Outbound", "Internal", "Originating", "OpenRelay"];
    private static readonly string[] CategoryNames = ["Clean", "MtaFailed", "Oversized", "BadHdr", "Spammy", "Spam", "Unchecked", "Banned", "Virus"];

    private static readonly List<CounterDefinition> Declared = [];
    private static readonly Dictionary<string, int> Indexes = [];

    static CounterCatalog()
    {
        DeclareIn();
        DeclareBounces();
        DeclareOut();
        DeclareQuarantine();
        DeclareContent();
        DeclareOperations();
        DeclareStatus();
        DeclareOwn();
    }

    public static IReadOnlyList<CounterDefinition> All => Declared;

    /// <summary>Index of a counter, or -1.</summary>
    public static int IndexOf(string name) => Indexes.GetValueOrDefault(name, -1);

    private static void Add(string name, CounterKind kind, string unit, string help, params string[] oids)
    {
        Indexes.Add(name, Declared.Count);
        Declared.Add(new CounterDefinition(Declared.Count, name, kind, unit, help, oids));
    }

    private static void AddByDirection(string stem, string group, CounterKind kind, string unit, string help)
    {
        for (var i = 0; i < Directions.Length; i++)
        {
            var which = Directions[i].Length == 0 ? "" : $", direction {Directions[i]}";
            Add(stem + Directions[i], kind, unit, help + which, $"1.{group}.{i + 1}");
        }
    }

    private static void DeclareIn()
    {
        AddByDirection("InMsgs", "2", CounterKind.Counter32, "messages", "Messages taken to the checks");
        AddByDirection("InMsgsSize", "3", CounterKind.Counter64, "octets", "Octets of messages taken to the checks");
        AddByDirection("InMsgsRecips", "4", CounterKind.Counter32, "recipients", "Envelope recipients of messages taken to the checks");
        Add("InMsgsRecipsLocal", CounterKind.Counter32, "recipients", "Recipients in local domains", "1.4.7");
    }

    private static void DeclareBounces()
    {
        (string Name, string Help)[] list =
        [
            ("InMsgsBounce", "Messages recognised as bounces"),
            ("InMsgsBounceNullRPath", "Messages with an empty envelope sender"),
            ("InMsgsBounceKilled", "Bounces judged to be backscatter"),
            ("InMsgsBounceUnverifiable", "Bounces with no header of the original to verify"),
            ("InMsgsBounceRescuedByDomain", "Bounces of mail with a Message-ID of a local domain"),
            ("InMsgsBounceRescuedByOriginating", "Bounces that originate here"),
            ("InMsgsBounceRescuedByPenPals", "Bounces of mail found among the pen pals"),
        ];
        for (var i = 0; i < list.Length; i++)
            Add(list[i].Name, CounterKind.Counter32, "messages", list[i].Help, $"1.5.{i + 1}");
    }

    private static void DeclareOut()
    {
        (string Name, string Help)[] list =
        [
            ("", "Transactions attempted towards next hops"), ("Relay", "Transactions of checked mail"),
            ("Submit", "Transactions of mail made here"), ("SubmitQuar", "Quarantine copies sent"), ("SubmitDsn", "Delivery status notifications sent"),
            ("SubmitNotif", "Notices to administrators and recipients sent"), ("SubmitAV", "Mail sent to scanners"), ("SubmitArf", "Abuse reports sent"),
            ("ProtoLocal", "Attempts by local file"), ("ProtoLocalRelay", "Checked mail by local file"), ("ProtoLocalSubmit", "Own mail by local file"),
            ("ProtoSMTP", "Attempts by SMTP"), ("ProtoSMTPRelay", "Checked mail by SMTP"), ("ProtoSMTPSubmit", "Own mail by SMTP"),
            ("ProtoLMTP", "Attempts by LMTP"), ("ProtoLMTPRelay", "Checked mail by LMTP"), ("ProtoLMTPSubmit", "Own mail by LMTP"),
            ("ProtoBSMTP", "Attempts by BSMTP file"), ("ProtoBSMTPRelay", "Checked mail by BSMTP file"), ("ProtoBSMTPSubmit", "Own mail by BSMTP file"),
            ("ProtoPipe", "Attempts by program"), ("ProtoPipeRelay", "Checked mail by program"), ("ProtoPipeSubmit", "Own mail by program"),
            ("ProtoSQL", "Attempts into SQL"), ("ProtoSQLRelay", "Checked mail into SQL"), ("ProtoSQLSubmit", "Own mail into SQL"),
        ];
        for (var i = 0; i < list.Length; i++)
        {
            Add("OutMsgs" + list[i].Name, CounterKind.Counter32, "messages", list[i].Help, $"1.6.{i + 1}");
        }
        Add("OutMsgsDelivers", CounterKind.Counter32, "messages", "Transactions answered 2xx", "1.6.27");
        Add("OutMsgsAttemptFails", CounterKind.Counter32, "messages", "Transactions answered 4xx", "1.6.28");
        Add("OutMsgsRejects", CounterKind.Counter32, "messages", "Transactions answered 5xx", "1.6.29");
        for (var i = 0; i < list.Length; i++)
            Add("OutMsgsSize" + list[i].Name, CounterKind.Counter64, "octets", list[i].Help + ", octets of the successful ones", $"1.7.{i + 1}");
    }

    private static void DeclareQuarantine()
    {
        Add("QuarMsgs", CounterKind.Counter32, "messages", "Quarantine attempts", "1.8.1");
        Add("QuarMsgsArch", CounterKind.Counter32, "messages", "Copies stored in the archive quarantine", "1.8.2");
        for (var i = 0; i < CategoryNames.Length; i++)
            Add("QuarMsgs" + CategoryNames[i], CounterKind.Counter32, "messages", $"Quarantined with category {CategoryNames[i]}", $"1.8.{i + 3}");
        Add("QuarMsgsOther", CounterKind.Counter32, "messages", "Quarantined with no category of its own");
        Add("QuarAttemptTempFails", CounterKind.Counter32, "messages", "Quarantining failed with 4xx", "1.8.12");
        Add("QuarAttemptFails", CounterKind.Counter32, "messages", "Quarantining failed otherwise", "1.8.13");
        Add("QuarMsgsSize", CounterKind.Counter64, "octets", "Octets of quarantine attempts", "1.9.1");
        Add("QuarMsgsSizeArch", CounterKind.Counter64, "octets", "Octets stored in the archive quarantine", "1.9.2");
        for (var i = 0; i < CategoryNames.Length; i++)
            Add("QuarMsgsSize" + CategoryNames[i], CounterKind.Counter64, "octets", $"Octets quarantined with category {CategoryNames[i]}", $"1.9.{i + 3}");
    }

    private static void DeclareContent()
    {
        for (var i = 0; i < CategoryNames.Length; i++)
            AddByDirection($"Content{CategoryNames[i]}Msgs", $"10.{i + 1}", CounterKind.Counter32, "messages", $"Messages with final category {CategoryNames[i]}");
    }

    private static void DeclareOperations()
    {
        (string Name, string Oid, string Help)[] list =
        [
            ("CacheAttempts", "11.1", "Result cache look-ups"), ("CacheMisses", "11.2", "Result cache misses"), ("CacheHits", "11.3", "Result cache hits"),
            ("CacheHitsVirusCheck", "11.4", "Virus results taken from the cache"), ("CacheHitsVirusMsgs", "11.5", "Infected results taken from the cache"),
            ("OutConnNew", "11.6", "SMTP and LMTP client sessions opened"), ("OutConnQuit", "11.7", "Client sessions ended with QUIT"),
            ("OutConnTransact", "11.8", "Transactions run over client sessions"), ("OutConnReuseFail", "11.9", "Kept sessions found dead"),
            ("OutConnReuseRecent", "11.10", "Kept sessions used again without a probe"), ("OutConnReuseRefreshed", "11.11", "Kept sessions used again after a probe"),
            ("OpsDec", "12.1", "Messages taken apart"), ("OpsSpamCheck", "12.2", "Spam scans run"), ("OpsVirusCheck", "12.3", "Virus scans run"),
            ("PenPalsAttempts", "13.1", "Pen pals queries"), ("PenPalsAttemptsRid", "13.2", "Pen pals queries by address pair"),
            ("PenPalsAttemptsMid", "13.3", "Pen pals queries by message id"), ("PenPalsMisses", "13.4", "Pen pals not found"), ("PenPalsHits", "13.5", "Pen pals found"),
            ("PenPalsHitsRid", "13.6", "Pen pals found by address pair"), ("PenPalsHitsMid", "13.7", "Pen pals found by message id"),
            ("PenPalsHitsMidRid", "13.8", "Pen pals found by both"), ("PenPalsSavedFromTag2", "13.9", "Messages the bonus kept below tag2"),
            ("PenPalsSavedFromTag3", "13.10", "Messages the bonus kept below tag3"), ("PenPalsSavedFromKill", "13.11", "Messages the bonus kept below kill"),
            ("SqlAddrSenderAttempts", "14.1", "Sender rows looked up"), ("SqlAddrSenderMisses", "14.2", "Sender rows made"), ("SqlAddrSenderHits", "14.3", "Sender rows found"),
            ("SqlAddrRecipAttempts", "14.4", "Recipient rows looked up"), ("SqlAddrRecipMisses", "14.5", "Recipient rows made"), ("SqlAddrRecipHits", "14.6", "Recipient rows found"),
        ];
        foreach (var (name, oid, help) in list)
            Add(name, CounterKind.Counter32, "1", help, "1." + oid);
        (string Name, string Oid, string Help)[] log =
        [
            ("LogEntries", "15.1", "Log entries of any level"), ("LogEntriesEmerg", "15.2", "Not used"), ("LogEntriesAlert", "15.3", "Not used"),
            ("LogEntriesCrit", "15.4", "Log entries of level -3 and below"), ("LogEntriesErr", "15.5", "Log entries of level -2 and below"),
            ("LogEntriesWarning", "15.6", "Log entries of level -1 and below"), ("LogEntriesNotice", "15.7", "Log entries of level 0 and below"),
            ("LogEntriesInfo", "15.8", "Log entries of level 1 and below"), ("LogEntriesDebug", "15.9", "Log entries of all levels"),
            ("LogEntriesLevel0", "15.10", "Log entries of level 0 and below"), ("LogEntriesLevel1", "15.11", "Log entries of level 1"),
            ("LogEntriesLevel2", "15.12", "Log entries of level 2"), ("LogEntriesLevel3", "15.13", "Log entries of level 3"),
            ("LogEntriesLevel4", "15.14", "Log entries of level 4"), ("LogEntriesLevel5", "15.15", "Log entries of level 5 and above"),
            ("LogLines", "15.16", "Lines written"), ("LogRetries", "15.17", "Writes to syslog tried again"),
        ];
        foreach (var (name, oid, help) in log)
            Add(name, CounterKind.Counter64, "1", help, "1." + oid);
        string[] stages = ["Total", "Receiving", "Sending", "Decoding", "PenPals", "VirusCheck", "SpamCheck"];
        for (var i = 0; i < stages.Length; i++)
            Add("TimeElapsed" + stages[i], CounterKind.TimeInterval, "milliseconds", $"Time spent, stage {stages[i]}", $"1.16.{i + 1}");
        for (var i = 1; i <= 10; i++)
            Add($"UserCounter{i}", CounterKind.Counter64, "1", "Free for hooks", $"1.17.{i}");
        for (var i = 1; i <= 10; i++)
            Add($"UserGauge{i}", CounterKind.Gauge32, "1", "Free for hooks", $"1.18.{i}");
    }

    private static void DeclareStatus()
    {
        (string Name, int Group, string? Short, string Help)[] list =
        [
            ("Accepted", 19, "2.7", "Messages accepted, delivery left to the caller"),
            ("RelayedUntagged", 20, null, "Messages passed unmarked"),
            ("RelayedTagged", 21, null, "Messages passed and marked"),
            ("Discarded", 22, "2.9", "Messages blocked silently"),
            ("NoBounce", 23, "2.10", "Messages blocked, the notification suppressed"),
            ("Bounced", 24, "2.11", "Messages blocked and notified"),
            ("Rejected", 25, "2.12", "Messages refused with 5xx"),
            ("TempFailed", 26, "2.13", "Messages refused with 4xx"),
        ];
        foreach (var (name, group, shortOid, help) in list)
            for (var i = 0; i < Directions.Length; i++)
            {
                string[] oids = i == 0 && shortOid is not null ? [$"1.{group}.1", "1." + shortOid] : [$"1.{group}.{i + 1}"];
                Add("InMsgsStatus" + name + Directions[i], CounterKind.Counter32, "messages", help + (i == 0 ? "" : $", direction {Directions[i]}"), oids);
            }
        Add("InMsgsStatusRelayed", CounterKind.Counter32, "messages", "Messages passed to the next hop", "1.2.8");
        foreach (var direction in Directions.Skip(1))
            Add("InMsgsStatusRelayed" + direction, CounterKind.Counter32, "messages", $"Messages passed to the next hop, direction {direction}");
    }

    /// <summary>Ours, beyond the MIB.</summary>
    private static void DeclareOwn()
    {
        Add("SessionsOpened", CounterKind.Counter64, "sessions", "Connections accepted");
        Add("SessionsRefused", CounterKind.Counter64, "sessions", "Connections refused by inet_acl or max_sessions");
        Add("ProcGone", CounterKind.Counter32, "messages", "Messages ended by a fault of ours", "2.1.1");
        Add("LogRowsPending", CounterKind.Gauge32, "rows", "Log rows not yet in the database");
        Add("LogRowsReplayed", CounterKind.Counter64, "rows", "Log rows stored after the database had been away");
        Add("VirusScannerFailures", CounterKind.Counter64, "messages", "Messages for which all virus scanners failed");
        Add("SpamScannerFailures", CounterKind.Counter64, "messages", "Messages for which all spam scanners failed");
        Add("SpamLearned", CounterKind.Counter64, "messages", "Messages a spam scanner learned because somebody said what they are");
        Add("SpamLearnFailures", CounterKind.Counter64, "messages", "Messages a spam scanner could not be taught");
        Add("NoticeFailures", CounterKind.Counter64, "notices", "Notices to administrators and recipients that could not be sent");
        Add("SpoolOctets", CounterKind.Gauge32, "octets", "Octets of messages held in memory");
        Add("SessionsOpen", CounterKind.Gauge32, "sessions", "Connections held now");
        Add("MessagesInProcess", CounterKind.Gauge32, "messages", "Messages being checked now");
    }
}
