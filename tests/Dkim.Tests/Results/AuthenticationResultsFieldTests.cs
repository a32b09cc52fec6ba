using Amavis.Dkim.Results;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Dkim.Tests.Results;

public sealed class AuthenticationResultsFieldTests
{
    [Fact]
    public void Results_are_read_with_reasons_properties_and_comments()
    {
        var field = AuthenticationResultsField.TryParse(
            "mx.example.com (we (nested)) 1;\r\n\tDKIM=pass (2048-bit key) reason=\"a \\\"b\\\"\" header.d=example.net header.i=\"@x.example.net\";\r\n spf = fail smtp.mailfrom=a@b.example; ptr=1.2.3.4:25");
        field.ShouldBeNull(); // An address with a port is no value.
        field = AuthenticationResultsField.TryParse(
            "mx.example.com (we (nested)) 1;\r\n\tDKIM=pass (2048-bit key) reason=\"a \\\"b\\\"\" header.d=example.net header.i=\"@x.example.net\";\r\n spf = fail smtp.mailfrom=a@b.example");
        field!.AuthservId.ShouldBe("mx.example.com");
        field.Results.Count.ShouldBe(2);
        var (dkim, spf) = (field.Results[0], field.Results[1]);
        (dkim.Method, dkim.Result, dkim.Reason).ShouldBe(("dkim", "pass", "a \"b\""));
        dkim.Properties.ShouldBe([("header.d", "example.net"), ("header.i", "@x.example.net")]);
        spf.Properties.ShouldBe([("smtp.mailfrom", "a@b.example")]);
    }

    [Theory]
    [InlineData("mx.example.com; none", 0)]
    [InlineData("mx.example.com;", 0)]
    [InlineData("mx.example.com", 0)]
    [InlineData("mx.example.com; a=b;; c=d;", 2)]
    public void There_may_be_no_results(string body, int count) => AuthenticationResultsField.TryParse(body)!.Results.Count.ShouldBe(count);

    [Theory]
    [InlineData("")]
    [InlineData("; dkim=pass")]
    [InlineData("mx.example.com dkim=pass")]
    [InlineData("mx.example.com; dkim")]
    [InlineData("mx.example.com; dkim=pass header.d")]
    [InlineData("mx.example.com; dkim=pass (open")]
    [InlineData("mx.example.com; dkim=pass reason=\"open")]
    public void What_can_not_be_understood_is_nothing(string body) => AuthenticationResultsField.TryParse(body).ShouldBeNull();

    [Theory]
    [InlineData("mx.example.com; dkim=pass")]
    [InlineData(" MX.Example.COM ; dkim=pass")]
    [InlineData("(comment) mx.example.com; x")]
    [InlineData("\"mx.example.com\"; x")]
    [InlineData("\"mx.example\".com; x")]
    [InlineData("mx.example.com/1; x")]
    [InlineData("mx.example.com 1; x")]
    [InlineData("mx.example.com.; x")]
    [InlineData("mx.example.com")]
    [InlineData("mx.example.com,; x")]
    [InlineData("mx.example.com dkim=pass")]
    [InlineData("(open mx.example.com; x")]
    [InlineData("")]
    [InlineData("; dkim=pass")]
    [InlineData("\u0000mx.example.com; x")]
    [InlineData("=?utf-8?q?mx.example.com?=; x")]
    public void CVE_2022_48521_whatever_may_be_taken_for_ours_is_found(string body) => AuthenticationResultsField.MayClaimToBe(body, "mx.example.com").ShouldBeTrue();

    [Theory]
    [InlineData("mx.example.net; dkim=pass")]
    [InlineData("notmx.example.com; dkim=pass")]
    [InlineData("mx.example.com.example.net; x=mx.example.com")]
    [InlineData("(mx.example.com) other.example; x")]
    public void Results_of_others_stay(string body) => AuthenticationResultsField.MayClaimToBe(body, "mx.example.com").ShouldBeFalse();

    [Fact]
    public void An_internationalised_id_is_the_same_in_both_forms() => AuthenticationResultsField.MayClaimToBe("xn--bcher-kva.example; x", "bücher.example").ShouldBeTrue();

    [Fact]
    public void What_is_written_is_read_back() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), ArbMap.Default.ArbFor<NonNull<string>>(), (reason, value) =>
        {
            string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
            var field = new AuthenticationResultsField("mx.example.com", [new("dkim", "fail", reason.Get, [("header.d", "a.example"), ("header.b", value.Get)], "1024-bit key"), new("spf", "pass", null, [])]);
            var read = AuthenticationResultsField.TryParse(field.Write("amavis").Replace("\n", "\r\n", StringComparison.Ordinal))!;
            read.AuthservId.ShouldBe("mx.example.com");
            read.Results.Count.ShouldBe(2);
            read.Results[0].Reason.ShouldBe(Plain(reason.Get));
            read.Results[0].Properties.ShouldBe([("header.d", "a.example"), ("header.b", Plain(value.Get))]);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_text_breaks_the_reader() => Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
    {
        AuthenticationResultsField.TryParse(text.Get);
        AuthenticationResultsField.TryParse("mx; " + text.Get);
        AuthenticationResultsField.MayClaimToBe(text.Get, "mx");
    }).QuickCheckThrowOnFailure();
}
