using Amavis.Protocols.Smtp;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Protocols.Tests.Smtp;

public class SmtpAddressPathTests
{
    [Theory]
    [InlineData("FROM:<a@b.example>", "a@b.example", "")]
    [InlineData("from:   <a@b.example>  X", "a@b.example", "  X")]
    [InlineData("FROM:<\"a>b\"@c.example> X", "\"a>b\"@c.example", " X")]
    [InlineData("FROM:<\"a\\\">b\"@c.example>", "\"a\\\">b\"@c.example", "")]
    [InlineData("FROM:<>", "", "")]
    [InlineData("FROM:<ä@b.example>X", "ä@b.example", "X")]
    public void Path_stands_in_angle_brackets(string arguments, string typed, string parameters)
    {
        SmtpAddressPath.TryParse(arguments, "FROM:", out var path).ShouldBeTrue();
        path.AsTyped.ShouldBe(typed);
        path.Parameters.ShouldBe(parameters);
        path.DiffersFromCanonical.ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("FROM:")]
    [InlineData("FROM")]
    [InlineData("FROM <a@b.example>")]
    [InlineData("FROM:a@b.example")]
    [InlineData("FROM:<a@b.example")]
    [InlineData("FROM:<\"a@b.example>")]
    [InlineData("FROM:<a@b@c.example>")]
    [InlineData("FROM:<a b@c.example>")]
    [InlineData("FROM:<a\u0001@c.example>")]
    [InlineData("FROM:<<a@b.example>>")]
    public void Anything_else_is_refused(string arguments) => SmtpAddressPath.TryParse(arguments, "FROM:", out _).ShouldBeFalse();

    [Fact]
    public void Any_text_is_read_without_an_exception_and_holds_no_control_character()
    {
        var texts = Gen.Elements<char>('<', '>', '"', '\\', '@', ' ', ':', 'a', '.', '\r', '\0', 'ä').ListOf().Select(l => "TO:<" + string.Concat(l));
        Prop.ForAll(texts.ToArbitrary(), text =>
        {
            if (SmtpAddressPath.TryParse(text, "TO:", out var path))
                SmtpLine.HasControl(path.Address.Smtp).ShouldBeFalse();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }
}
