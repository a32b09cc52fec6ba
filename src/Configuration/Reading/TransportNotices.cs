using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>Settings of ways in and out that do not fit together, over the base and each bank laid over it.</summary>
internal static class TransportNotices
{
    public static IEnumerable<string> Of(Settings settings) =>
        settings.PolicyBanks.Keys.Order(StringComparer.Ordinal)
            .Select(name => (Where: $"policy bank {name}: ", Settings: PolicyState.Base(settings).Load(name).Settings))
            .Prepend((Where: "", Settings: settings))
            .SelectMany(state => One(state.Settings).Select(words => (Words: words, state.Where)))
            // What holds for the base holds for its banks, and is said once.
            .DistinctBy(notice => notice.Words)
            .Select(notice => notice.Where + notice.Words);

    private static IEnumerable<string> One(Settings settings)
    {
        if (settings is { Protocol: "MILTER", ForwardMethod: not null })
            yield return "protocol MILTER with a forward_method: mail is passed on from here, and discarded by the MTA; with forward_method null the MTA delivers it";
        if (settings.TlsSecurityLevelIn != TlsLevel.None && settings.SmtpdTls.CertFile is null)
            yield return "tls_security_level_in asks for TLS, but smtpd_tls_cert_file is not given";
        if (settings is { AuthRequiredInp: true, AuthMechAvail.Count: 0 })
            yield return "auth_required_inp is true, but auth_mech_avail is empty: nobody can authenticate, and all mail is refused";
        if (settings is { AuthRequiredOut: true, AmavisAuthUser: null })
            yield return "auth_required_out is true, but amavis_auth_user is not given: mail made here goes without a login";
        if (settings is { AuthMechAvail.Count: > 0, TlsSecurityLevelIn: TlsLevel.None })
            yield return "auth_mech_avail offers AUTH without TLS: passwords come in the clear";
    }
}
