using System.Collections.Frozen;
using Amavis.Authentication.Arc;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Dkim.Keys;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Flow;

/// <summary>Mail of others that is sealed as it goes out.</summary>
public sealed class SealingTests
{
    private const string Message = "From: a@far.example\nTo: user1@example.com\nDate: Mon, 05 Jan 2026 10:04:00 +0000\nMessage-ID: <1@far.example>\nSubject: words\nX-Test-Score: 7\n\nsome text\n";

    private static readonly SigningKey Key = SigningKey.GenerateRsa(2048);
    private static readonly string Record = "v=DKIM1; k=rsa; p=" + Convert.ToBase64String(Key.PublicKey);

    private readonly ZoneResolver _zone = new ZoneResolver().AddText("s1._domainkey.example.com", Record);

    private FlowHarness Flow()
    {
        var flow = new FlowHarness(change: s => s with { Resolver = _zone });
        flow.Settings = flow.Settings with
        {
            ArcSealDomain = "example.com",
            DkimKeys = [new DkimKeySettings("example.com", null, "s1", "key.pem", Key.ToPem(), FrozenDictionary<string, string>.Empty)],
            SpamSubjectTag2Maps = LookupMaps.Constant("[spam] "),
        };
        return flow;
    }

    private async Task<ArcResult> VerifyAsync(byte[] message)
    {
        using var spool = new MemorySpool(message);
        return await new ArcVerifier(_zone).VerifyAsync(spool, HeaderSection.Read(spool), CancellationToken.None);
    }

    [Fact]
    public async Task Mail_is_sealed_as_it_goes_out_and_again_when_it_comes_back()
    {
        await using var flow = Flow();

        await flow.SendAsync(Message, "user1@example.com");
        var once = flow.Sink.Messages.Single();
        once.Text.ShouldStartWith("ARC-Seal: i=1; ");
        once.Text.ShouldContain("Subject: [spam] words\r\n");
        (await VerifyAsync(once.Octets)).ShouldSatisfyAllConditions(c => c.Word.ShouldBe("pass", c.Reason), c => c.Results.ShouldStartWith("filter.example.net"));
        (await new PythonDkim().AddKey("s1._domainkey.example.com", Record).VerifyAsync(once.Octets)).Status.ShouldBe("pass");

        flow.Clear();
        await flow.SendAsync(once.Text.Replace("\r\n", "\n", StringComparison.Ordinal), "user1@example.com");
        var twice = flow.Sink.Messages.Single();
        twice.Text.Replace("\r\n ", " ", StringComparison.Ordinal).ShouldContain("ARC-Authentication-Results: i=2; filter.example.net; arc=pass (i=1) header.d=example.com\r\n", customMessage: twice.Text);
        (await VerifyAsync(twice.Octets)).ShouldSatisfyAllConditions(c => c.Word.ShouldBe("pass", c.Reason), c => c.Instances.ShouldBe(2));
    }

    [Fact]
    public async Task Mail_of_our_own_is_not_sealed()
    {
        await using var flow = Flow();

        await flow.SendAsync(Message, new FlowEnvelope { Originating = true });

        flow.Sink.Messages.Single().Text.ShouldNotContain("ARC-Seal");
    }

    [Fact]
    public async Task Without_a_key_of_the_domain_the_log_says_what_is_missing()
    {
        await using var flow = Flow();
        flow.Settings = flow.Settings with { ArcSealDomain = "other.example" };

        await flow.SendAsync(Message, "user1@example.com");

        flow.Sink.Messages.Single().Text.ShouldNotContain("ARC-Seal");
        flow.Lines().ShouldContain(l => l.Contains("dkim_keys has no key of other.example, which arc_seal_domain names", StringComparison.Ordinal));
    }
}
