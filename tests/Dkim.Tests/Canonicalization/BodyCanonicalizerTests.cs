using Amavis.Dkim.Canonicalization;
using Amavis.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Dkim.Tests.Canonicalization;

public sealed class BodyCanonicalizerTests
{
    /// <summary>Octets between which the forms differ.</summary>
    private static readonly Gen<string> Bodies =
        from pieces in Gen.Elements("\r\n", "\r\n", " ", "\t", "a", "bc", "\r", "\n", "  ", "long word").ArrayOf()
        select string.Concat(pieces);

    private static string Canonical(CanonicalForm form, string body, int cut = int.MaxValue)
    {
        var output = new List<byte>();
        var canonicalizer = new BodyCanonicalizer(form, octets => output.AddRange(octets));
        foreach (var piece in Octets.Of(body).Chunk(Math.Max(1, Math.Min(cut, Math.Max(1, body.Length)))))
            canonicalizer.Write(piece);
        canonicalizer.Finish();
        return Octets.Text([.. output]);
    }

    [Theory]
    [InlineData("", "\r\n")]
    [InlineData("\r\n\r\n", "\r\n")]
    [InlineData("a", "a\r\n")]
    [InlineData("a\r\n", "a\r\n")]
    [InlineData("a\r\n\r\n\r\n", "a\r\n")]
    [InlineData("\r\n\r\na\r\n\r\nb \r\n \r\n", "\r\n\r\na\r\n\r\nb \r\n \r\n")]
    [InlineData("a\r", "a\r\r\n")]
    [InlineData("a\r\r\n", "a\r\r\n")]
    [InlineData("a\n\r\n\n", "a\n\r\n\n\r\n")]
    public void The_simple_form_loses_empty_lines_at_the_end(string body, string canonical) => Canonical(CanonicalForm.Simple, body).ShouldBe(canonical);

    [Theory]
    [InlineData("", "")]
    [InlineData("\r\n\r\n", "")]
    [InlineData(" \r\n\t\r\n", "")]
    [InlineData("a", "a\r\n")]
    [InlineData(" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n")] // RFC 6376 §3.4.5
    [InlineData("a  b\t\tc \t\r\n", "a b c\r\n")]
    [InlineData("\r\n \r\na", "\r\n\r\na\r\n")]
    [InlineData("a \r\r\n", "a \r\r\n")]
    [InlineData("a\n b\r\n", "a\n b\r\n")]
    [InlineData("a \n", "a \n\r\n")]
    public void The_relaxed_form_reduces_blanks(string body, string canonical) => Canonical(CanonicalForm.Relaxed, body).ShouldBe(canonical);

    [Theory]
    [InlineData(CanonicalForm.Simple)]
    [InlineData(CanonicalForm.Relaxed)]
    public void Cuts_change_nothing(CanonicalForm form) =>
        Prop.ForAll(Arb.From(Bodies), Arb.From(Gen.Choose(1, 7)), (body, cut) => Canonical(form, body, cut) == Canonical(form, body)).QuickCheckThrowOnFailure();

    [Fact]
    public void The_forms_are_those_of_the_plain_rules() => Prop.ForAll(Arb.From(Bodies), body =>
    {
        Canonical(CanonicalForm.Simple, body).ShouldBe(SimpleByTheBook(body));
        Canonical(CanonicalForm.Relaxed, body).ShouldBe(RelaxedByTheBook(body));
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(CanonicalForm.Simple)]
    [InlineData(CanonicalForm.Relaxed)]
    public void A_canonical_body_is_its_own_canonical_form(CanonicalForm form) =>
        Prop.ForAll(Arb.From(Bodies), body => Canonical(form, Canonical(form, body)) == Canonical(form, body)).QuickCheckThrowOnFailure();

    [Fact]
    public void Octets_beyond_the_limit_are_counted_and_not_hashed()
    {
        using var limited = new BodyHasher(CanonicalForm.Relaxed, 5);
        limited.Write("hello world\r\n\r\n"u8);
        using var whole = new BodyHasher(CanonicalForm.Simple, 5);
        whole.Write("hel"u8);
        whole.Write("lo\r\n"u8);
        limited.Finish().ShouldBe(whole.Finish());
        limited.UnsignedOctets.ShouldBe(8);
        whole.UnsignedOctets.ShouldBe(2);
    }

    private static string SimpleByTheBook(string body)
    {
        while (body.EndsWith("\r\n", StringComparison.Ordinal))
            body = body[..^2];
        return body + "\r\n";
    }

    private static string RelaxedByTheBook(string body)
    {
        var lines = body.Split("\r\n").Select(line => System.Text.RegularExpressions.Regex.Replace(line, "[ \t]+", " ").TrimEnd(' '));
        var text = string.Join("\r\n", lines);
        while (text.EndsWith("\r\n", StringComparison.Ordinal))
            text = text[..^2];
        return text.Length == 0 ? "" : text + "\r\n";
    }
}
