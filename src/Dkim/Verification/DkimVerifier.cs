using System.Buffers;
using System.Security.Cryptography;
using Amavis.Core.Messages;
using Amavis.Dkim.Canonicalization;
using Amavis.Dkim.Keys;
using Amavis.Dns.Resolving;
using Amavis.Mime.Headers;

namespace Amavis.Dkim.Verification;

/// <summary>
/// Verifies the signatures of a received message (RFC 6376 §6.1 with RFC 8301 and RFC 8463). The body is read once, while the keys are
/// on their way.
/// </summary>
public sealed class DkimVerifier(IDnsResolver resolver)
{
    /// <summary>Signatures verified; those of the author's domains go first, then from the top down.</summary>
    public const int MaxVerified = 10;

    /// <summary>Signature fields looked at at all.</summary>
    public const int MaxFields = 50;

    /// <summary>A clock may go wrong; a signature from farther in the future than this is not relied on.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromHours(24);

    /// <param name="header">That of the spooled message.</param>
    /// <param name="receivedAt">What expiry is compared with.</param>
    /// <param name="cancellationToken">Ends the waiting for the DNS; a key not had by then is a temporary error.</param>
    /// <returns>One result for each signature verified, from the top down.</returns>
    public async Task<IReadOnlyList<SignatureResult>> VerifyAsync(Spool spool, HeaderSection header, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(spool);
        ArgumentNullException.ThrowIfNull(header);
        var candidates = Candidates(header);
        if (candidates.Count == 0)
            return [];
        // The questions are on their way before the body is read.
        foreach (var candidate in candidates)
            if (candidate.Signature is { Algorithm: not SigningAlgorithm.RsaSha1 } signature)
                candidate.Keys = KeyLookup.FindAsync(resolver, signature.KeyName, signature.Algorithm, cancellationToken);
        var bodies = BodyHashes.Compute(spool, header.BodyOffset, candidates.Where(c => c.Keys is not null).Select(c => c.Signature!)); // Keys only with one.
        var index = new FieldIndex(header);
        var results = new List<SignatureResult>(candidates.Count);
        foreach (var candidate in candidates)
        {
            using var keys = candidate.Keys is null ? null : await candidate.Keys;
            results.Add(Judge(candidate, keys, bodies, index, receivedAt));
        }
        return results;
    }

    private static List<Candidate> Candidates(HeaderSection header)
    {
        var all = new List<Candidate>();
        foreach (var field in header.Fields)
        {
            if (all.Count == MaxFields)
                break;
            if (field.HasName("DKIM-Signature"))
                all.Add(new Candidate(field, SignatureKind.Dkim, DkimSignature.TryParse(field.BodyOctets, out var fault), fault));
            else if (field.HasName("DomainKey-Signature"))
                all.Add(new Candidate(field, SignatureKind.DomainKeys, null, ""));
        }
        if (all.Count <= MaxVerified)
            return all;
        var authors = header.First("From") is { } from
            ? AddressList.Parse(from).Select(a => SignatureNames.Normalize(a.Address.Domain)).OfType<string>().ToHashSet()
            : [];
        return [.. all.OrderByDescending(c => c.Signature is { } s && authors.Contains(s.Domain)).Take(MaxVerified).OrderBy(c => c.Field.Offset)];
    }

    private static SignatureResult Judge(Candidate candidate, FoundKeys? keys, BodyHashes bodies, FieldIndex index, DateTimeOffset receivedAt)
    {
        if (candidate.Signature is not { } signature)
        {
            var (domain, selector) = DkimSignature.Names(candidate.Field.BodyOctets);
            var result = new SignatureResult { Kind = candidate.Kind, Verdict = SignatureVerdict.Neutral, Reason = candidate.Fault, Domain = domain, Selector = selector };
            return candidate.Kind == SignatureKind.DomainKeys ? result with { Verdict = SignatureVerdict.PermError, Reason = "rsa-sha1 is not accepted" } : result;
        }
        var about = new SignatureResult
        {
            Verdict = SignatureVerdict.PermError,
            Domain = signature.Domain,
            Selector = signature.Selector,
            Identity = signature.Identity.Length > 0 ? signature.Identity : "@" + signature.Domain,
            Algorithm = signature.Algorithm,
            SignatureText = signature.SignatureText,
            IsExpired = signature.ExpiresAt is { } end && (receivedAt > end || signature.SignedAt > end),
        };
        if (keys is null)
            return about with { Reason = "rsa-sha1 is not accepted" };
        if (keys.Keys.Count == 0)
            return about with { Verdict = keys.Verdict, Reason = keys.Reason };
        return Compare(signature, candidate.Field, about, keys, bodies, index, receivedAt);
    }

    private static SignatureResult Compare(
        DkimSignature signature, HeaderField field, SignatureResult about, FoundKeys keys, BodyHashes bodies, FieldIndex index, DateTimeOffset receivedAt)
    {
        var (bodyHash, unsigned) = bodies.Of(signature);
        var headerHash = HeaderHash(signature, field, index);
        foreach (var (record, key) in keys.Keys)
        {
            about = about with { KeyBits = key.Bits, RsaStrength = key.RsaStrength, IsTest = record.IsTest };
            if (record.IsStrict && signature.IdentityDomain != signature.Domain)
                about = about with { Verdict = SignatureVerdict.PermError, Reason = "the key does not allow i= below d=" };
            else if (!bodyHash.AsSpan().SequenceEqual(signature.BodyHash))
                about = about with { Verdict = SignatureVerdict.Fail, Reason = "the body was changed" };
            else if (!key.Verifies(headerHash, signature.Signature))
                about = about with { Verdict = SignatureVerdict.Fail, Reason = "the signature does not fit the header" };
            else
                return about with { Verdict = SignatureVerdict.Pass, Reason = "", UnsignedOctets = unsigned, Weakness = Weakness(signature, unsigned, index, receivedAt) };
        }
        return about;
    }

    private static string Weakness(DkimSignature signature, long unsigned, FieldIndex index, DateTimeOffset receivedAt)
    {
        if (unsigned > 0)
            return $"{unsigned} octets of the body are not signed";
        if (index.OftenerThanSigned(signature.Fields) is { } name)
            return $"a further {name} field is not signed";
        return signature.SignedAt is { } time && time - receivedAt > ClockTolerance ? "signed in the future" : "";
    }

    private static byte[] HeaderHash(DkimSignature signature, HeaderField field, FieldIndex index)
    {
        var signed = new ArrayBufferWriter<byte>(4096);
        index.Write(signed, signature.Fields, signature.HeaderForm, field);
        HeaderCanonicalizer.WriteSignature(signed, field, signature.HeaderForm);
        return SHA256.HashData(signed.WrittenSpan);
    }

    /// <param name="Signature">Null: the fault says why.</param>
    private sealed record Candidate(HeaderField Field, SignatureKind Kind, DkimSignature? Signature, string Fault)
    {
        /// <summary>Null: not asked for.</summary>
        public Task<FoundKeys>? Keys { get; set; }
    }
}
