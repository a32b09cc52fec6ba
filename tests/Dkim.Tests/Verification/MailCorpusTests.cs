using Amavis.Dkim.Canonicalization;
using Amavis.Dkim.Verification;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Dkim.Tests.Verification;

/// <summary>Signed messages of the public collection: with a key where there is one, else as far as one gets without.</summary>
public sealed class MailCorpusTests
{
    private const string RfcZone = "rfc8463";

    private static readonly (string File, string KeyName, int Signatures)[] Keyed =
    [
        ("gmail.msg", "20120113._domainkey.gmail.com", 1), ("related.msg", "20120113._domainkey.gmail.com", 1),
        ("multipart-no-end-boundary.msg", "20120113._domainkey.gmail.com", 1), ("rfc8463-example.msg", RfcZone, 2),
    ];

    [Fact]
    public async Task Messages_with_a_known_key_pass()
    {
        var comparison = new Comparison("mimekit", "signed messages with their keys pass");
        foreach (var (file, keyName, signatures) in Keyed)
        {
            if (Samples.Files("mimekit/dkim", file).FirstOrDefault() is not { } path)
                continue;
            var zone = keyName == RfcZone
                ? DkimCase.Zone(Path.Combine(Samples.Own, "dkim", "rfc8463", "dns.txt"))
                : new ZoneResolver().AddText(keyName, "k=rsa; p=" + string.Concat(File.ReadLines(Path.Combine(Path.GetDirectoryName(path)!, "gmail.pub")).Where(l => !l.StartsWith('-'))));
            var results = await DkimCase.VerifyAsync(DkimCase.Message(path), zone);
            comparison.Add(file, results.Count == signatures && results.All(r => r.IsValid) ? null : string.Join(", ", results.Select(r => $"{r.Verdict} {r.Reason}")));
        }
        comparison.Finish();
    }

    private static IEnumerable<string> Signed() =>
        ((string[])["spamassassin", "mailauth/eml", "mimekit", "enmime", "cpython", "mime4j", "sisimai-bounces"])
            .SelectMany(f => Samples.Files(f)).Where(f => f.EndsWith(".eml", StringComparison.Ordinal) || f.EndsWith(".msg", StringComparison.Ordinal) || Path.GetExtension(f).Length == 0)
            .Where(f => Octets.Text(File.ReadAllBytes(f)).Contains("DKIM-Signature:", StringComparison.OrdinalIgnoreCase));

    /// <summary>Without a key there is none, and no message breaks anything.</summary>
    [Fact]
    public async Task Messages_without_a_key_are_permanent_errors()
    {
        var comparison = new Comparison("all messages", "signed ones without their keys pass nowhere");
        foreach (var path in Signed())
        {
            var results = await DkimCase.VerifyAsync(DkimCase.Message(path), new ZoneResolver());
            comparison.Add(Path.GetRelativePath(Samples.Corpus!, path), results.FirstOrDefault(r => r.Verdict is not (SignatureVerdict.PermError or SignatureVerdict.Neutral)) is { } odd ? $"{odd.Verdict}" : null);
        }
        comparison.Finish();
        (await DkimCase.VerifyAsync(DkimCase.Message(Path.Combine(Samples.Own, "dkim", "rfc8463", "message.eml")), new ZoneResolver())).ShouldAllBe(r => r.Verdict == SignatureVerdict.PermError);
    }

    /// <summary>The keys are not there, so the hash of the body is all that can be compared; the signers of those named as failing did not break it, but the header.</summary>
    [Fact]
    public void Bodies_hash_as_their_signers_said()
    {
        var comparison = new Comparison("spamassassin, mailauth", "body hashes of signed messages");
        foreach (var path in Samples.Files("spamassassin/dkim", "test-*.msg").Concat(Samples.Files("mailauth/eml", "*.eml")))
        {
            using var spool = new MemorySpool(DkimCase.Message(path));
            var header = HeaderSection.Read(spool);
            var number = 0;
            foreach (var field in header.All("DKIM-Signature"))
            {
                number++;
                if (DkimSignature.TryParse(field.BodyOctets, out _) is not { Algorithm: not Amavis.Dkim.Keys.SigningAlgorithm.RsaSha1 } signature)
                    continue;
                using var hasher = new BodyHasher(signature.BodyForm, signature.BodyLength);
                foreach (var chunk in spool.Chunks(header.BodyOffset, spool.Length - header.BodyOffset))
                    hasher.Write(chunk.Span);
                comparison.Add($"{Path.GetFileName(path)}:{number}", hasher.Finish().AsSpan().SequenceEqual(signature.BodyHash) ? null : "another hash");
            }
        }
        comparison.Finish();
    }
}
