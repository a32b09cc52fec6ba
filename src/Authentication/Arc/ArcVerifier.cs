using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Amavis.Core.Messages;
using Amavis.Dkim.Canonicalization;
using Amavis.Dkim.Keys;
using Amavis.Dkim.Verification;
using Amavis.Dns.Resolving;
using Amavis.Mime.Headers;

namespace Amavis.Authentication.Arc;

/// <summary>Validates the chain of handlers a message went through (RFC 8617 §5.2): the newest signature of the message, and every seal.</summary>
public sealed class ArcVerifier(IDnsResolver resolver)
{
    /// <param name="header">That of the spooled message.</param>
    /// <param name="cancellationToken">Ends the waiting for the DNS; a key not had by then fails the chain.</param>
    public async Task<ArcResult> VerifyAsync(Spool spool, HeaderSection header, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(spool);
        ArgumentNullException.ThrowIfNull(header);
        var sets = ArcSet.ReadAll(header, out var fault);
        if (sets.Count == 0)
            return fault.Length == 0 ? ArcResult.None : Failed(0, "", fault);
        var newest = sets[^1];
        if (newest.Seal.ChainStatus == "fail")
            return Failed(sets, "a handler before us found the chain broken") with { IsClosed = true };
        foreach (var set in sets)
            if (set.Seal.ChainStatus != (set.Instance == 1 ? "none" : "pass"))
                return Failed(sets, $"seal {set.Instance} says cv={set.Seal.ChainStatus}");
        // All keys are asked for at once.
        var message = KeyLookup.FindAsync(resolver, newest.Message.KeyName, newest.Message.Algorithm, cancellationToken);
        var seals = sets.Select(s => KeyLookup.FindAsync(resolver, s.Seal.KeyName, s.Seal.Algorithm, cancellationToken)).ToList();
        var (reason, temporary) = ("", false);
        using (var keys = await message)
        {
            reason = FaultOfMessage(newest, keys, spool, header);
            temporary = IsTemporary(keys);
        }
        for (var i = sets.Count - 1; i >= 0; i--)
        {
            using var keys = await seals[i];
            temporary |= IsTemporary(keys);
            if (reason.Length == 0)
                reason = FaultOfSeal(sets, i, keys);
        }
        return reason.Length > 0 ? Failed(sets, reason) with { IsTemporary = temporary } : new ArcResult(ArcVerdict.Pass, sets.Count, newest.Seal.Domain, "", ResultsOf(newest));
    }

    private static bool IsTemporary(FoundKeys keys) => keys.Keys.Count == 0 && keys.Verdict == SignatureVerdict.TempError;

    private static ArcResult Failed(IReadOnlyList<ArcSet> sets, string reason) => Failed(sets.Count, sets[^1].Seal.Domain, reason);

    private static ArcResult Failed(int instances, string domain, string reason) => new(ArcVerdict.Fail, instances, domain, reason, "");

    private static string FaultOfMessage(ArcSet set, FoundKeys keys, Spool spool, HeaderSection header)
    {
        if (set.Message.Algorithm == SigningAlgorithm.RsaSha1)
            return "rsa-sha1 is not accepted";
        if (keys.Keys.Count == 0)
            return $"message signature {set.Instance}: {keys.Reason}";
        var bodies = BodyHashes.Compute(spool, header.BodyOffset, set.Readings);
        var reason = "the body was changed";
        foreach (var signature in set.Readings)
        {
            if (!bodies.Of(signature).Hash.AsSpan().SequenceEqual(signature.BodyHash))
                continue;
            var octets = new ArrayBufferWriter<byte>(4096);
            new FieldIndex(header).Write(octets, signature.Fields, signature.HeaderForm, set.MessageField);
            HeaderCanonicalizer.WriteSignature(octets, set.MessageField, signature.HeaderForm);
            if (Fits(keys, octets, signature.Signature))
                return "";
            reason = "it does not fit the header";
        }
        return $"message signature {set.Instance}: {reason}";
    }

    /// <summary>A seal covers all sets up to its own (§5.1.1), always in relaxed form.</summary>
    private static string FaultOfSeal(IReadOnlyList<ArcSet> sets, int index, FoundKeys keys)
    {
        if (keys.Keys.Count == 0)
            return $"seal {index + 1}: {keys.Reason}";
        var octets = new ArrayBufferWriter<byte>(4096);
        for (var i = 0; i <= index; i++)
        {
            HeaderCanonicalizer.Write(octets, sets[i].Results, CanonicalForm.Relaxed);
            HeaderCanonicalizer.Write(octets, sets[i].MessageField, CanonicalForm.Relaxed);
            if (i < index)
                HeaderCanonicalizer.Write(octets, sets[i].Seal.Field, CanonicalForm.Relaxed);
            else
                HeaderCanonicalizer.WriteSignature(octets, sets[i].Seal.Field, CanonicalForm.Relaxed);
        }
        return Fits(keys, octets, sets[index].Seal.Signature) ? "" : $"seal {index + 1} does not fit";
    }

    private static bool Fits(FoundKeys keys, ArrayBufferWriter<byte> octets, byte[] signature)
    {
        var hash = SHA256.HashData(octets.WrittenSpan);
        return keys.Keys.Any(k => k.Key.Verifies(hash, signature));
    }

    private static string ResultsOf(ArcSet set)
    {
        var text = Encoding.UTF8.GetString(set.Results.UnfoldedOctets());
        return text[(text.IndexOf(';') + 1)..].Trim();
    }
}
