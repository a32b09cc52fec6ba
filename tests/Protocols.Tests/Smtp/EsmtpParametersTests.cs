using Amavis.Protocols.Smtp;

namespace Amavis.Protocols.Tests.Smtp;

public class EsmtpParametersTests
{
    [Fact]
    public void Parameters_are_keywords_with_or_without_values()
    {
        EsmtpParameters.TryParse("  size=1 x-y  BODY= smtputf8 ", out var parameters).ShouldBeTrue();
        parameters.ShouldBe(
        [
            new EsmtpParameter("SIZE", "1"), new EsmtpParameter("X-Y", null), new EsmtpParameter("BODY", ""), new EsmtpParameter("SMTPUTF8", null),
        ]);
        EsmtpParameters.TryParse("", out parameters).ShouldBeTrue();
        parameters.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("=")]
    [InlineData("a=b=c")]
    [InlineData("-a=b")]
    [InlineData("a.b=c")]
    [InlineData("a ä=c")]
    public void Anything_else_is_refused(string text) => EsmtpParameters.TryParse(text, out _).ShouldBeFalse();
}
