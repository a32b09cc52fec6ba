using System.Collections.Frozen;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Dkim.Keys;
using Amavis.Engine.Tests.Flow;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Authentication;

/// <summary>Which signatures lead to policy banks.</summary>
public sealed class AuthorBankTests
{
    [Theory]
    [InlineData(2048, 1024, true)]
    [InlineData(1024, 1024, true)]
    // Valid, and too short for this site.
    [InlineData(1024, 2048, false)]
    // Too short for anybody (RFC 8301 section 3.2), whatever the site says.
    [InlineData(512, 1024, false)]
    [InlineData(512, 0, false)]
    public async Task A_bank_is_loaded_for_a_signature_whose_key_is_long_enough(int bits, int minimum, bool loaded)
    {
        using var key = SigningKey.GenerateRsa(bits);
        var zone = new ZoneResolver().AddText("s._domainkey.example.org", "v=DKIM1; k=rsa; p=" + Convert.ToBase64String(key.PublicKey));
        var signed = await SignedAsync(key);
        await using var flow = new FlowHarness(change: s => s with { Resolver = zone });
        flow.Settings = flow.Settings with
        {
            EnableDkimVerification = true,
            DkimMinimumKeyBits = minimum,
            AuthorToPolicyBankMaps = new LookupMaps([new HashTable([new("example.org", new LookupValue("TRUSTED"))])]),
            PolicyBanks = new Dictionary<string, PolicyBank> { ["TRUSTED"] = new("TRUSTED", s => s) }.ToFrozenDictionary(),
        };

        await flow.SendAsync(signed, "user1@example.com");

        var line = flow.Lines().Single(l => l.StartsWith("Passed CLEAN ", StringComparison.Ordinal));
        line.Contains(" TRUSTED ", StringComparison.Ordinal).ShouldBe(loaded, line);
        flow.Lines(1).Any(l => l.Contains("too short to lead to a policy bank: 1024 bits", StringComparison.Ordinal)).ShouldBe(bits == 1024 && !loaded);
    }

    /// <summary>As a filter with this key sends it.</summary>
    private static async Task<string> SignedAsync(SigningKey key)
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with
        {
            EnableDkimSigning = true,
            DkimKeys = [new DkimKeySettings("example.org", null, "s", "key.pem", key.ToPem(), FrozenDictionary<string, string>.Empty)],
        };
        await flow.SendAsync(FlowMail.Clean, new FlowEnvelope { Sender = "ann@example.org", Recipients = ["far@far.example"], Originating = true });
        var text = flow.Sink.Messages.Single().Text;
        text.ShouldContain("DKIM-Signature: ");
        return text;
    }
}
