using Amavis.Authentication.Dmarc;
using Amavis.Testing;

namespace Amavis.Authentication.Tests.Dmarc;

public sealed class DmarcTests
{
    private readonly ZoneResolver _zone = new();

    private Task<DmarcResult> EvaluateAsync(string author, string? spf = null, params string[] dkim) =>
        new DmarcEvaluator(_zone, OrganizationalDomain.Usual).EvaluateAsync(new DmarcQuestion([author], spf, dkim), CancellationToken.None);

    [Fact]
    public async Task Relaxed_alignment_is_within_the_organization()
    {
        _zone.AddText("_dmarc.example.com", "v=DMARC1; p=reject");
        (await EvaluateAsync("example.com", null, "mail.example.com")).Verdict.ShouldBe(DmarcVerdict.Pass);
        (await EvaluateAsync("example.com", "bounces.example.com")).Verdict.ShouldBe(DmarcVerdict.Pass);
        (await EvaluateAsync("example.com", "example.net", "example.org")).ShouldBe(new DmarcResult(DmarcVerdict.Fail, "example.com", DmarcPolicy.Reject, ""));
        (await EvaluateAsync("example.com")).Verdict.ShouldBe(DmarcVerdict.Fail);
    }

    [Fact]
    public async Task Strict_alignment_is_with_the_domain_itself()
    {
        _zone.AddText("_dmarc.example.com", "v=DMARC1; p=quarantine; adkim=s; aspf=r");
        (await EvaluateAsync("example.com", null, "mail.example.com")).Verdict.ShouldBe(DmarcVerdict.Fail);
        (await EvaluateAsync("example.com", "mail.example.com")).Verdict.ShouldBe(DmarcVerdict.Pass);
        (await EvaluateAsync("example.com", null, "EXAMPLE.com")).Verdict.ShouldBe(DmarcVerdict.Pass);
    }

    [Fact]
    public async Task Subdomains_have_the_policy_of_the_organization_unless_it_says_otherwise()
    {
        _zone.AddText("_dmarc.example.com", "v=DMARC1; p=none; sp=quarantine; np=reject").AddText("real.example.com", "here");
        (await EvaluateAsync("real.example.com")).Policy.ShouldBe(DmarcPolicy.Quarantine);
        (await EvaluateAsync("invented.example.com")).Policy.ShouldBe(DmarcPolicy.Reject);
        (await EvaluateAsync("example.com")).Policy.ShouldBe(DmarcPolicy.None);
    }

    [Theory]
    [InlineData("v=DMARC1; p=reject|v=DMARC1; p=none", DmarcVerdict.None)]
    [InlineData("v=spf1 -all", DmarcVerdict.None)]
    [InlineData("p=reject; v=DMARC1", DmarcVerdict.None)]
    [InlineData("v=DMARC1; p=maybe", DmarcVerdict.None)]
    [InlineData("v=DMARC1; p=maybe; rua=mailto:a@example.com", DmarcVerdict.Fail)]
    [InlineData("v=DMARC1;p=reject;", DmarcVerdict.Fail)]
    public async Task Records_count_when_there_is_one_good_one(string records, DmarcVerdict verdict)
    {
        _zone.AddText("_dmarc.example.com", records.Split('|'));
        (await EvaluateAsync("example.com")).Verdict.ShouldBe(verdict);
    }

    [Fact]
    public async Task What_can_not_be_asked_is_no_answer()
    {
        _zone.Fail("_dmarc.example.com");
        (await EvaluateAsync("example.com", null, "example.com")).Verdict.ShouldBe(DmarcVerdict.TempError);
        (await new DmarcEvaluator(_zone, OrganizationalDomain.Usual).EvaluateAsync(new DmarcQuestion(["a.example", "b.example"], null, []), CancellationToken.None)).Verdict.ShouldBe(DmarcVerdict.PermError);
        (await new DmarcEvaluator(_zone, OrganizationalDomain.Usual).EvaluateAsync(new DmarcQuestion([], null, []), CancellationToken.None)).Verdict.ShouldBe(DmarcVerdict.None);
    }

    [Theory]
    [InlineData("a.b.example.com", "example.com")]
    [InlineData("a.b.example.co.uk", "example.co.uk")]
    [InlineData("co.uk", "co.uk")]
    [InlineData("example.de", "example.de")]
    [InlineData("com", "com")]
    public void Without_a_list_usual_suffixes_are_known(string domain, string organization) => OrganizationalDomain.Usual.Of(domain).ShouldBe(organization);

    [Theory]
    [InlineData("a.example.com", "example.com")]
    [InlineData("a.b.c.ck", "b.c.ck")]
    [InlineData("x.www.ck", "www.ck")]
    [InlineData("a.b.blogspot.com", "b.blogspot.com")]
    [InlineData("a.b.unknown", "b.unknown")]
    public void Rules_of_a_list_are_kept_to(string domain, string organization) =>
        OrganizationalDomain.FromList(["// comment", "com", "*.ck", "!www.ck", "blogspot.com  // more", ""]).Of(domain).ShouldBe(organization);
}
