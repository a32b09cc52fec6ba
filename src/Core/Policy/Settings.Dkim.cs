using System.Collections.Frozen;
using System.Net;
using Amavis.Core.Lookups;

namespace Amavis.Core.Policy;

public sealed partial record Settings
{
    /// <summary>Names in lower case of fields that are signed: 1 each one there is, 2 and that there is no other; 0 and others not.</summary>
    public static readonly FrozenDictionary<string, int> DefaultSignedHeaderFields = SignedFields(
        twice: "From Date Subject Content-Type",
        once: "Reply-To Message-ID In-Reply-To References MIME-Version Content-Transfer-Encoding Content-ID Content-Description Resent-Date Resent-From "
            + "Resent-Sender Resent-Message-ID List-Id List-Post List-Owner List-Subscribe List-Unsubscribe List-Help List-Archive Received Precedence "
            + "Original-Message-ID Message-Context PICS-Label Sensitivity Solicitation Content-Location Content-Features Content-Disposition "
            + "Content-Language Content-Alternative Content-Base Content-MD5 Content-Duration Content-Class Accept-Language Auto-Submitted Archived-At "
            + "VBR-Info Organization Organisation User-Agent X-Mailer",
        never: "Sender To Cc Resent-To Resent-Cc");

    public bool EnableDkimVerification { get; init; }
    public bool EnableDkimSigning { get; init; }
    /// <summary>In the order given: the first that fits signs.</summary>
    public IReadOnlyList<DkimKeySettings> DkimKeys { get; init; } = [];
    /// <summary>Results are options (<see cref="LookupValue.Options"/>): d, s, a, c, i, ttl.</summary>
    public LookupMaps DkimSignatureOptionsBysenderMaps { get; init; } = LookupMaps.Empty;
    public FrozenDictionary<string, int> SignedHeaderFields { get; init; } = DefaultSignedHeaderFields;
    /// <summary>A program that signs: <c>host:port</c> or the path of a socket; null: none.</summary>
    public string? DkimSigningService { get; init; }
    /// <summary>Signatures with weaker keys lead to no policy bank and no reputation.</summary>
    public int DkimMinimumKeyBits { get; init; } = 1024;
    /// <summary>Looked up by <c>@signing.domain</c>.</summary>
    public LookupMaps SignerReputationMaps { get; init; } = LookupMaps.Empty;
    /// <summary>Weight of a signer's reputation against the score, 0 to 1.</summary>
    public double ReputationFactor { get; init; } = 0.2;
    /// <summary>Own key: ask the sender's domain whether the client may send for it (RFC 7208).</summary>
    public bool EnableSpf { get; init; }
    /// <summary>Own key: ask the author's domain what it says of mail that is neither signed by it nor sent from its servers (RFC 7489).</summary>
    public bool EnableDmarc { get; init; }
    /// <summary>Own key: validate the chain of those who handled the message (RFC 8617).</summary>
    public bool EnableArc { get; init; }
    /// <summary>Own key: seal mail of others that is passed on, with a key of this domain (RFC 8617); null: not.</summary>
    public string? ArcSealDomain { get; init; }
    /// <summary>Own key: DNS servers; empty: those of /etc/resolv.conf.</summary>
    public IReadOnlyList<IPEndPoint> DnsServers { get; init; } = [];

    private static FrozenDictionary<string, int> SignedFields(string twice, string once, string never)
    {
        static IEnumerable<KeyValuePair<string, int>> Each(string names, int value) => names.ToLowerInvariant().Split(' ').Select(n => KeyValuePair.Create(n, value));
        return Each(twice, 2).Concat(Each(once, 1)).Concat(Each(never, 0)).ToFrozenDictionary();
    }
}
