using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Amavis.Core.Addresses;
using Amavis.Core.Logging;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Dkim.Keys;
using Amavis.Dkim.Verification;
using Amavis.Engine.Authentication;
using Amavis.Engine.Tests.Flow;
using Amavis.Mime.Headers;
using Amavis.Protocols.AmPdp;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Authentication;

/// <summary>The filter without keys, and the program that has them.</summary>
public sealed class SigningServiceTests : IAsyncDisposable, IMailLog
{
    private readonly FlowHarness _harness = new();
    private readonly SigningKey _key = SigningKey.GenerateRsa(1024);
    private readonly ConcurrentQueue<string> _heard = [];
    private FakeServer? _server;

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        _key.Dispose();
    }

    void IMailLog.Line(int level, string? logId, string text) => _heard.Enqueue(text);

    bool IMailLog.IsEnabled(int level) => true;

    private static DkimKeySettings Declared(SigningKey key, string domain, string selector) =>
        new(domain, null, selector, "key.pem", key.ToPem(), System.Collections.Frozen.FrozenDictionary<string, string>.Empty);

    /// <summary>A service with one key for example.org, and a filter that asks it.</summary>
    private void StartService(Settings? service = null)
    {
        service ??= new Settings { DkimKeys = [Declared(_key, "example.org", "far")] };
        var handler = new SigningRequestHandler(service, this);
        Ask(new FakeServer(async (socket, ending) =>
        {
            await using var stream = new NetworkStream(socket, ownsSocket: false);
            await new AmPdpServerSession(new Pipes(PipeReader.Create(stream), PipeWriter.Create(stream)), handler, TimeProvider.System, TimeSpan.FromMinutes(1)).RunAsync(ending);
        }));
    }

    private void Ask(FakeServer server)
    {
        _server = server;
        _harness.Settings = _harness.Settings with { EnableDkimSigning = true, DkimSigningService = server.Address };
    }

    private async Task<string> ForwardedAsync()
    {
        (await _harness.SendAsync(FlowMail.Clean, new FlowEnvelope { Sender = "ann@example.org", Originating = true })).Single.IsSuccess.ShouldBeTrue();
        return (await _harness.Sink.WaitForAsync(1))[0].Text;
    }

    private async Task<SignatureResult> VerifyAsync(string message)
    {
        var zone = new ZoneResolver().AddText("far._domainkey.example.org", "v=DKIM1; p=" + Convert.ToBase64String(_key.PublicKey));
        using var spool = new MemorySpool(Encoding.Latin1.GetBytes(message));
        return (await new DkimVerifier(zone).VerifyAsync(spool, HeaderSection.Read(spool), TimeProvider.System.GetUtcNow(), CancellationToken.None)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_key_that_the_service_alone_has_signs_the_mail()
    {
        StartService();
        var mail = await ForwardedAsync();
        mail.ShouldStartWith("DKIM-Signature: v=1;");
        (await VerifyAsync(mail)).Verdict.ShouldBe(SignatureVerdict.Pass);
        _heard.ShouldContain("signing service: far:example.org for From <ann@example.org>");
        _heard.ShouldContain("signing service: signed by far:example.org");
    }

    [Fact]
    public async Task The_service_has_the_options_of_its_own_tables()
    {
        var options = new LookupValue(new Dictionary<string, string?> { ["c"] = "simple/relaxed", ["ttl"] = "86400", ["i"] = "news@example.org" });
        StartService(new Settings
        {
            DkimKeys = [Declared(_key, "example.org", "far")],
            DkimSignatureOptionsBysenderMaps = new LookupMaps([new ConstantTable(options)]),
        });
        var mail = await ForwardedAsync();
        mail.ShouldContain("c=simple/relaxed");
        mail.ShouldContain("i=news@example.org");
        mail.ShouldContain("x=");
        (await VerifyAsync(mail)).Verdict.ShouldBe(SignatureVerdict.Pass);
    }

    [Fact]
    public async Task A_key_here_signs_with_the_options_of_the_service()
    {
        using var own = SigningKey.GenerateRsa(1024);
        Ask(Answering(id => $"request_id={id}\r\nsig.s=own\r\nsig.d=example.org\r\nsig.c=simple/simple\r\n\r\n"));
        _harness.Settings = _harness.Settings with { DkimKeys = [Declared(own, "example.org", "other"), Declared(own, "example.org", "own")] };
        var mail = await ForwardedAsync();
        mail.ShouldContain("s=own;");
        mail.ShouldNotContain("c=relaxed");
        _server!.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task The_questions_are_asked_as_the_protocol_has_them()
    {
        var questions = new ConcurrentQueue<string>();
        Ask(Answering(id => $"request_id={id}\r\nlog_id=x\r\nsig.s=far\r\nsig.d=example.org\r\n\r\n", questions));
        await ForwardedAsync();
        var asked = questions.Select(q => Regex.Replace(Regex.Replace(q, "request_id=[0-9a-f]{8}\r\n", "request_id=ID\r\n"), "digest=[^\r]{44}\r\n", "digest=HASH\r\n")).ToList();
        asked.ShouldBe([
            "request=choose_key\r\nlog_id=00421-07\r\nsender=<ann@example.org>\r\nrecip=<user1@example.com>\r\ncandidate=From <ann@example.org>\r\nrequest_id=ID\r\n\r\n",
            "request=sign\r\ndigest_alg=SHA-256\r\ndigest=HASH\r\ns=far\r\nd=example.org\r\nlog_id=00421-07\r\nrequest_id=ID\r\n\r\n",
        ]);
        _harness.Lines(-1).ShouldContain(l => l.Contains("does not sign: no reason given"));
    }

    [Theory]
    [InlineData("request_id=00000000\r\nsig.s=far\r\nsig.d=example.org\r\n\r\n", "answered another question")]
    [InlineData("", "closed the connection")]
    [InlineData("garbage\r\n\r\n", null)]
    public async Task An_answer_that_makes_no_sense_leaves_the_mail_unsigned(string answer, string? logged)
    {
        Ask(Answering(_ => answer));
        (await ForwardedAsync()).ShouldNotContain("DKIM-Signature");
        if (logged is not null)
            _harness.Lines(-1).ShouldContain(l => l.Contains("dkim_signing_service: ") && l.Contains(logged));
    }

    [Fact]
    public async Task A_service_that_is_not_there_leaves_the_choice_to_the_configuration()
    {
        using var own = SigningKey.GenerateRsa(1024);
        _harness.Settings = _harness.Settings with
        {
            EnableDkimSigning = true,
            DkimSigningService = $"127.0.0.1:{FreePorts.Take(1)[0]}",
            DkimKeys = [Declared(own, "example.org", "own")],
        };
        (await ForwardedAsync()).ShouldStartWith("DKIM-Signature: v=1;");
        _harness.Lines(-1).ShouldContain(l => l.StartsWith("dkim_signing_service: can't connect"));
    }

    [Fact]
    public async Task The_service_signs_hashes_for_its_own_keys_only()
    {
        var handler = new SigningRequestHandler(new Settings { DkimKeys = [Declared(_key, "example.org", "far")] }, this);
        async Task<string> Ask(string request)
        {
            var buffer = new System.Buffers.ReadOnlySequence<byte>(Octets.Of(request));
            new AmPdpReader().Read(ref buffer, out var message);
            var reply = new System.Buffers.ArrayBufferWriter<byte>();
            (await handler.HandleAsync(message!, CancellationToken.None)).WriteTo(reply);
            return Encoding.ASCII.GetString(reply.WrittenSpan);
        }

        var hash = Convert.ToBase64String(new byte[32]);
        (await Ask($"request: sign\nrequest_id: 7\nd: example.org\ns: far\ndigest_alg: SHA-256\ndigest: {hash}\n\n")).ShouldStartWith("request_id=7\r\nd=example.org\r\ns=far\r\nb=");
        (await Ask($"request=sign\nd=example.net\ns=far\ndigest_alg=SHA-256\ndigest={hash}\n\n")).ShouldBe("reason=no%20key%20for%20selector%20far%20of%20example.net\r\n\r\n");
        (await Ask("request=sign\nd=example.org\ns=far\ndigest_alg=SHA-256\ndigest=AAAA\n\n")).ShouldContain("reason=digest%20has%20to%20be");
        (await Ask($"request=sign\nd=example.org\ns=far\ndigest_alg=SHA-1\ndigest={hash}\n\n")).ShouldContain("reason=digest%20has%20to%20be");
        (await Ask("request=choose_key\nlog_id=a\ncandidate=From <x@example.net>\nrequest_id=1\n\n")).ShouldBe("request_id=1\r\nlog_id=a\r\n\r\n");
        (await Ask("request=choose_key\ncandidate=Sender x@example.org\nrequest_id=1\n\n")).ShouldContain("chosen_candidate=Sender <x@example.org>\r\n");
        (await Ask("request=frobnicate\nrequest_id=1\n\n")).ShouldBe("request_id=1\r\nreason=unknown%20request%20type\r\n\r\n");
    }

    /// <summary>Answers each request, given its id, and closes.</summary>
    private static FakeServer Answering(Func<string, string> answer, ConcurrentQueue<string>? questions = null) => new(async (socket, ending) =>
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(buffer, SocketFlags.None, ending) is var read and > 0)
            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        questions?.Enqueue(text.ToString());
        var id = Regex.Match(text.ToString(), "request_id=([0-9a-f]{8})").Groups[1].Value;
        await socket.SendAsync(Encoding.ASCII.GetBytes(answer(id)), SocketFlags.None, ending);
    });

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
