using Amavis.Core.Messages;
using Amavis.Dkim.Canonicalization;

namespace Amavis.Dkim.Verification;

/// <summary>Hashes of a body in all the forms that the signatures of a message use; the body is read once.</summary>
internal sealed class BodyHashes
{
    private readonly Dictionary<(CanonicalForm Form, long? Limit), (byte[] Hash, long Unsigned)> _hashes = [];

    public static BodyHashes Compute(Spool spool, long bodyOffset, IEnumerable<DkimSignature> signatures)
    {
        var wanted = signatures.Select(s => (s.BodyForm, s.BodyLength)).Distinct().ToList();
        var hashers = wanted.ConvertAll(w => new BodyHasher(w.BodyForm, w.BodyLength));
        var hashes = new BodyHashes();
        try
        {
            if (hashers.Count > 0 && bodyOffset < spool.Length)
                foreach (var chunk in spool.Chunks(bodyOffset, spool.Length - bodyOffset))
                    foreach (var hasher in hashers)
                        hasher.Write(chunk.Span);
            for (var i = 0; i < wanted.Count; i++)
            {
                var hash = hashers[i].Finish();
                hashes._hashes[wanted[i]] = (hash, hashers[i].UnsignedOctets);
            }
            return hashes;
        }
        finally
        {
            foreach (var hasher in hashers)
                hasher.Dispose();
        }
    }

    /// <summary>The hash for a signature that was among those it was computed for, and how many octets its l= leaves out.</summary>
    public (byte[] Hash, long Unsigned) Of(DkimSignature signature) => _hashes[(signature.BodyForm, signature.BodyLength)];
}
