using System.Globalization;
using Amavis.Testing;

namespace Amavis.Dkim.Tests.Verification;

/// <summary>Folders with a message, a zone, and a line for each signature: verdict, selector and domain, bits of the key.</summary>
public sealed class OwnCaseTests
{
    private static readonly string Root = Path.Combine(Samples.Own, "dkim");

    public static TheoryData<string> Cases() => [.. Directory.EnumerateDirectories(Root).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_signatures_are_what_the_case_says(string name)
    {
        string File(string file) => Path.Combine(Root, name, file);
        var results = await DkimCase.VerifyAsync(DkimCase.Message(File("message.eml")), DkimCase.Zone(File("dns.txt")));
        results.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Verdict} {r.SelectorAndDomain} {r.KeyBits}{(r.IsValid || r.Verdict != Dkim.Verification.SignatureVerdict.Pass ? "" : " weak")}"))
            .ShouldBe(System.IO.File.ReadAllLines(File("expected.txt")));
    }
}
