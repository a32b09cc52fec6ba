using System.Net;
using Amavis.Authentication.Spf;
using Amavis.Testing;

namespace Amavis.Authentication.Tests.Spf;

public sealed class SpfSuiteTests
{
    [Fact]
    public async Task Each_case_gives_the_result_of_the_suite()
    {
        var comparison = new Comparison("mailauth", "SPF suite of RFC 7208: results and explanations");
        foreach (var (name, @case) in SpfSuite.Cases)
            comparison.Add(name, await DifferenceAsync(@case));
        comparison.Finish();
    }

    private static async Task<string?> DifferenceAsync(SpfCase @case)
    {
        var at = @case.MailFrom.LastIndexOf('@');
        var domain = @case.MailFrom.Length == 0 ? @case.Helo : @case.MailFrom[(at + 1)..];
        var local = at > 0 ? @case.MailFrom[..at] : "";
        var question = new SpfQuestion(IPAddress.Parse(@case.Host), domain, local, @case.Helo, "receiver.example", TimeProvider.System.GetUtcNow());
        var result = await new SpfEvaluator(@case.Zone).EvaluateAsync(question, CancellationToken.None);
        if (!@case.Results.Contains(result.Word))
            return $"{result.Word} ({result.Reason}) instead of {string.Join(" or ", @case.Results)}";
        var explanation = @case.Explanation == "DEFAULT" ? null : @case.Explanation;
        return @case.Explanation is null || result.Explanation == explanation ? null : $"\"{result.Explanation}\" instead of \"{explanation}\"";
    }
}
