using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;

namespace Amavis.Engine.Tests.Flow.Matrix;

/// <summary>The engine behind each protocol, with one kind of mail and one destiny for it.</summary>
internal sealed class MatrixSite : IAsyncDisposable
{
    public const string Lover = "lover@example.com";
    private const int SmallLimit = 66_000;

    private readonly Kind _kind;
    private readonly ProtocolClient _client;

    public MatrixSite(Kind kind, Destiny destiny)
    {
        _kind = kind;
        Flow = new FlowHarness(Records, keepConnections: true);
        _client = new ProtocolClient(Flow);
        if (kind.NextHop is { } said)
            Flow.Sink.Answer = (verb, argument) => verb == "RCPT" && !argument.Contains("sender@", StringComparison.Ordinal) && !argument.Contains("lover@", StringComparison.Ordinal) ? said : "";
        var sql = DeliveryMethod.Parse("sql:");
        Flow.Settings = Flow.Settings with
        {
            TempBaseOrNull = Flow.Path,
            FinalDestinyMapsByCcatOver = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?> { [kind.Key] = Destinies(kind, destiny) }),
            VirusesThatFakeSenderMaps = LookupMaps.Constant(0),
            MessageSizeLimitMaps = kind.Key.Major == ContentCategory.Oversized ? Limits : LookupMaps.Empty,
            BannedRules = new Dictionary<string, IReadOnlyList<LookupTable>> { ["DEFAULT"] = [new RegexTable([new RegexRule(new Regex(@"\.exe$"), LookupValue.True)])] }.ToFrozenDictionary(),
            VirusQuarantineMethod = sql,
            BannedFilesQuarantineMethod = sql,
            SpamQuarantineMethod = sql,
            BadHeaderQuarantineMethod = sql,
            VirusLoversMaps = OnlyLover,
            BannedFilesLoversMaps = OnlyLover,
            SpamLoversMaps = OnlyLover,
            BadHeaderLoversMaps = OnlyLover,
            UncheckedLoversMaps = OnlyLover,
        };
    }

    public FlowHarness Flow { get; }

    public KeptRecords Records { get; } = new();

    public Task<ClientView> SendAsync(Protocol protocol, Sending sending, bool originating, params string[] recipients)
    {
        Flow.Clear();
        Records.Clear();
        var message = sending == Sending.MailingList ? "List-Id: <all.example.org>\n" + _kind.Message : _kind.Message;
        var envelope = new FlowEnvelope
        {
            Sender = sending == Sending.NullSender ? "" : "sender@example.org",
            Recipients = recipients,
            Notify = sending == Sending.NotifyNever ? Core.Messages.DsnNotify.Never : Core.Messages.DsnNotify.Unspecified,
        };
        var settings = Flow.Settings with { Originating = originating };
        if (protocol is Protocol.Milter)
            settings = settings with { ForwardMethod = null };
        return _client.SendAsync(protocol, message, envelope, settings);
    }

    public ValueTask DisposeAsync() => Flow.DisposeAsync();

    private static LookupMaps OnlyLover => new([Only(Lover, new LookupValue("1"))]);

    /// <summary>Lovers are known by whole categories, and sizes have none: there the destiny is that recipient's own.</summary>
    private static LookupMaps Destinies(Kind kind, Destiny destiny)
    {
        var constant = new ConstantTable(new LookupValue((double)(int)destiny));
        return kind.Key.Major is ContentCategory.Clean or ContentCategory.Oversized || kind.Key.Minor > 0
            ? new LookupMaps([Only(Lover, new LookupValue((double)(int)Destiny.Pass)), constant])
            : new LookupMaps([constant]);
    }

    private static LookupMaps Limits => new([Only(Lover, new LookupValue("1000000")), new ConstantTable(new LookupValue((double)SmallLimit))]);

    private static HashTable Only(string address, LookupValue value) => new([KeyValuePair.Create(address, (LookupValue?)value)]);
}
