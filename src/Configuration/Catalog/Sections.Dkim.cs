using System.Collections.Frozen;
using System.Net;
using Amavis.Configuration.Reading;
using Amavis.Core.Policy;
using static Amavis.Configuration.Catalog.ValueKind;
using static Amavis.Configuration.Catalog.VariableScope;

namespace Amavis.Configuration.Catalog;

internal static partial class Sections
{
    private static readonly MapsType SignatureOptionMaps = new(ResultType.SignatureOptions);

    /// <summary>Signatures of mail and the DNS behind them.</summary>
    public static void Dkim(CatalogBuilder add)
    {
        add.Truth("$enable_dkim_verification", Dynamic, s => s.EnableDkimVerification, (s, v) => s with { EnableDkimVerification = v }, "check DKIM signatures");
        add.Truth("$enable_dkim_signing", Dynamic, s => s.EnableDkimSigning, (s, v) => s with { EnableDkimSigning = v }, "sign mail of our own");
        add.Maps("@dkim_signature_options_bysender_maps", Dynamic, SignatureOptionMaps, s => s.DkimSignatureOptionsBysenderMaps, (s, v) => s with { DkimSignatureOptionsBysenderMaps = v }, "how mail is signed, by author: d, s, a, c, i, ttl");
        add.Add("%signed_header_fields", Map, Dynamic, SignedFields.Read, s => s.SignedHeaderFields.Where(f => f.Value > 0).ToDictionary(f => f.Key, f => f.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            (Settings s, Func<FrozenDictionary<string, int>, FrozenDictionary<string, int>> v) => s with { SignedHeaderFields = v(s.SignedHeaderFields) }, "fields that are signed: 0 not, 1 each one, 2 and that there is no other", "built in");
        add.Add("$dkim_signing_service", Text, Dynamic, Reading.Sockets.Service, s => s.DkimSigningService, (Settings s, string? v) => s with { DkimSigningService = v }, "socket of a program that signs: host:port or a path; null: none");
        add.Integer("$dkim_minimum_key_bits", Dynamic, Scalars.Integer(0, 16384), s => s.DkimMinimumKeyBits, (s, v) => s with { DkimMinimumKeyBits = (int)v }, "signatures with shorter keys lead to no policy bank and no reputation");
        add.Maps("@author_to_policy_bank_maps", Dynamic, TextMaps, s => s.AuthorToPolicyBankMaps, (s, v) => s with { AuthorToPolicyBankMaps = v }, "policy banks by signed author, and by author/@signing.domain; 1: the bank AUTHOR_APPROVED");
        add.Maps("@signer_reputation_maps", Dynamic, NumberMaps, s => s.SignerReputationMaps, (s, v) => s with { SignerReputationMaps = v }, "reputation of signing domains, a score by @domain");
        add.Add("$reputation_factor", ValueKind.Number, Dynamic, Scalars.Number(), s => s.ReputationFactor, (Settings s, double v) => s with { ReputationFactor = Math.Clamp(v, 0, 1) }, "weight of signer_reputation_maps against the score, 0 to 1");
        add.Add("dkim_keys", List, Global, DkimKeys.Read, s => s.DkimKeys.Select(k => k.ToString()), (Settings s, IReadOnlyList<DkimKeySettings> v) => s with { DkimKeys = v }, "signing keys: domain, selector, key and tags of the key record");
        add.Truth("enable_spf", Dynamic, s => s.EnableSpf, (s, v) => s with { EnableSpf = v }, "tell the result of SPF in Authentication-Results");
        add.Truth("enable_dmarc", Dynamic, s => s.EnableDmarc, (s, v) => s with { EnableDmarc = v }, "tell the result of DMARC in Authentication-Results, by what enable_dkim_verification and enable_spf find");
        add.Truth("enable_arc", Dynamic, s => s.EnableArc, (s, v) => s with { EnableArc = v }, "tell in Authentication-Results whether the ARC chain is good");
        add.Add("arc_seal_domain", Text, Dynamic, Scalars.Line, s => s.ArcSealDomain, (Settings s, string? v) => s with { ArcSealDomain = v?.ToLowerInvariant() }, "domain whose key in dkim_keys seals mail of others that is passed on (ARC); null: none");
        add.Add("dns_servers", TextOrList, Global, Reading.Sockets.DnsServers, s => s.DnsServers.Select(e => e.ToString()), (Settings s, IReadOnlyList<IPEndPoint> v) => s with { DnsServers = v }, "DNS servers asked for keys and policies; none: those of /etc/resolv.conf");
    }
}
