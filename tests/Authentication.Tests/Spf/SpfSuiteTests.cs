using System.Net;
using Amavis.Authentication.Spf;
using Amavis.Testing;

namespace Amavis.Authentication.Tests.Spf;

public sealed class SpfSuiteTests
{
    private const int CasesInTheSuite = 200;

    public static TheoryData<string> Names() => [.. SpfSuite.Cases.Keys];

    [Theory]
    [MemberData(nameof(Names), DisableDiscoveryEnumeration = true)]
    public async Task Each_case_gives_the_result_of_the_suite(string name)
    {
        var @case = SpfSuite.Cases[name];
        var at = @case.MailFrom.LastIndexOf('@');
        var domain = @case.MailFrom.Length == 0 ? @case.Helo : @case.MailFrom[(at + 1)..];
        var local = at > 0 ? @case.MailFrom[..at] : "";
        var question = new SpfQuestion(IPAddress.Parse(@case.Host), domain, local, @case.Helo, "receiver.example", TimeProvider.System.GetUtcNow());
        var result = await new SpfEvaluator(@case.Zone).EvaluateAsync(question, CancellationToken.None);
        @case.Results.ShouldContain(result.Word, result.Reason);
        if (@case.Explanation is { } explanation && explanation != "DEFAULT")
            result.Explanation.ShouldBe(explanation);
        else if (@case.Explanation == "DEFAULT")
            result.Explanation.ShouldBeNull();
    }

    [Fact]
    public void The_suite_is_there_when_the_collection_is() => SpfSuite.Cases.Count.ShouldBe(Samples.Corpus is null ? 0 : CasesInTheSuite);
}
