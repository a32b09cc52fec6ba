using System.Buffers;
using Amavis.Dkim.Canonicalization;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Dkim.Tests.Canonicalization;

public sealed class HeaderCanonicalizerTests
{
    private static string Canonical(CanonicalForm form, string field, bool signature = false)
    {
        var output = new ArrayBufferWriter<byte>();
        var read = HeaderSection.Parse(Octets.Of(field)).Fields[0];
        if (signature)
            HeaderCanonicalizer.WriteSignature(output, read, form);
        else
            HeaderCanonicalizer.Write(output, read, form);
        return Octets.Text(output.WrittenSpan);
    }

    [Theory]
    [InlineData("A: X\r\n", "a:X\r\n")] // RFC 6376 §3.4.5
    [InlineData("B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n")]
    [InlineData("SubjecT:\r\n", "subject:\r\n")]
    [InlineData("Subject: \t \r\n  \r\n", "subject:\r\n")]
    [InlineData("X-\u00c4Bc: a", "x-\u00c4bc:a\r\n")]
    public void The_relaxed_form_unfolds_and_reduces_blanks(string field, string canonical) =>
        Canonical(CanonicalForm.Relaxed, field).ToLowerInvariant().ShouldBe(canonical.ToLowerInvariant());

    [Theory]
    [InlineData("A: X\r\n")]
    [InlineData("B : Y\t\r\n\tZ  \r\n")]
    public void The_simple_form_keeps_every_octet(string field) => Canonical(CanonicalForm.Simple, field).ShouldBe(field);

    [Theory]
    [InlineData("DKIM-Signature: v=1; b=abc;\r\n d=x\r\n", "DKIM-Signature: v=1; b=;\r\n d=x", "dkim-signature:v=1; b=; d=x")]
    [InlineData("DKIM-Signature: bh=abc; b = ab\r\n c\r\n", "DKIM-Signature: bh=abc; b =", "dkim-signature:bh=abc; b =")]
    [InlineData("DKIM-Signature: v=1\r\n", "DKIM-Signature: v=1", "dkim-signature:v=1")]
    public void The_signature_itself_is_signed_without_its_value(string field, string simple, string relaxed)
    {
        Canonical(CanonicalForm.Simple, field, signature: true).ShouldBe(simple);
        Canonical(CanonicalForm.Relaxed, field, signature: true).ShouldBe(relaxed);
    }
}
