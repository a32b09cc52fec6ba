using Amavis.Dkim.Canonicalization;
using Amavis.Dkim.Verification;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Dkim.Tests.Verification;

/// <summary>Signed messages of the public collection: with a key where there is one, else as far as one gets without.</summary>
public sealed class MailCorpusTests
{
    private const string RfcZone = "rfc8463";

    public static TheoryData<string, string, int> Keyed() => new()
    {
        { "gmail.msg", "20120113._domainkey.gmail.com", 1 },
        { "related.msg", "20120113._domainkey.gmail.com", 1 },
        { "multipart-no-end-boundary.msg", "20120113._domainkey.gmail.com", 1 },
        { "rfc8463-example.msg", RfcZone, 2 },
    };

    [Theory]
    [MemberData(nameof(Keyed))]
    public async Task Messages_with_a_known_key_pass(string file, string keyName, int signatures)
    {
        if (Samples.Files("mimekit/dkim", file).FirstOrDefault() is not { } path)
        {
            Samples.Corpus.ShouldBeNull();
            return;
        }
        var zone = keyName == RfcZone
            ? DkimCase.Zone(Path.Combine(Samples.Own, "dkim", "rfc8463", "dns.txt"))
            : new ZoneResolver().AddText(keyName, "k=rsa; p=" + string.Concat(File.ReadLines(Path.Combine(Path.GetDirectoryName(path)!, "gmail.pub")).Where(l => !l.StartsWith('-'))));
        var results = await DkimCase.VerifyAsync(DkimCase.Message(path), zone);
        results.Count.ShouldBe(signatures);
        results.ShouldAllBe(r => r.IsValid);
    }

    public static TheoryData<string> Signed() =>
        [.. ((string[])["spamassassin", "mailauth/eml", "mimekit", "enmime", "cpython", "mime4j", "sisimai-bounces"])
            .SelectMany(f => Samples.Files(f)).Where(f => f.EndsWith(".eml", StringComparison.Ordinal) || f.EndsWith(".msg", StringComparison.Ordinal) || Path.GetExtension(f).Length == 0)
            .Where(f => Octets.Text(File.ReadAllBytes(f)).Contains("DKIM-Signature:", StringComparison.OrdinalIgnoreCase))
            .Select(f => Path.GetRelativePath(Samples.Corpus ?? Samples.Own, f)), "rfc8463"];

    /// <summary>Without a key there is none, and no message breaks anything; the bodies hash as their signers said where nobody changed them.</summary>
    [Theory]
    [MemberData(nameof(Signed), DisableDiscoveryEnumeration = true)]
    public async Task Messages_without_a_key_are_permanent_errors(string file)
    {
        var path = file == "rfc8463" ? Path.Combine(Samples.Own, "dkim", file, "message.eml") : Path.Combine(Samples.Corpus!, file);
        var results = await DkimCase.VerifyAsync(DkimCase.Message(path), new ZoneResolver());
        results.ShouldAllBe(r => r.Verdict == SignatureVerdict.PermError || r.Verdict == SignatureVerdict.Neutral);
    }

    [Fact]
    public void Bodies_hash_as_their_signers_said()
    {
        var (same, other) = (0, new List<string>());
        foreach (var path in Samples.Files("spamassassin/dkim", "test-pass-*.msg"))
        {
            using var spool = new MemorySpool(DkimCase.Message(path));
            var header = HeaderSection.Read(spool);
            foreach (var field in header.All("DKIM-Signature"))
            {
                if (DkimSignature.TryParse(field.BodyOctets, out _) is not { Algorithm: not Amavis.Dkim.Keys.SigningAlgorithm.RsaSha1 } signature)
                    continue;
                using var hasher = new BodyHasher(signature.BodyForm, signature.BodyLength);
                foreach (var chunk in spool.Chunks(header.BodyOffset, spool.Length - header.BodyOffset))
                    hasher.Write(chunk.Span);
                if (hasher.Finish().AsSpan().SequenceEqual(signature.BodyHash))
                    same++;
                else
                    other.Add(Path.GetFileName(path));
            }
        }
        other.ShouldBeEmpty();
        same.ShouldBe(Samples.Corpus is null ? 0 : 22);
    }
}
