using Amavis.Fuzz.Targets;

namespace Amavis.Fuzz;

/// <summary>Everything that reads octets from outside.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new MimeTarget(), .. TransferTarget.All, new HeaderTarget(), new NamesTarget(), new AddressTarget(), new BounceTarget(),
        new SmtpSessionTarget(lmtp: false), new SmtpSessionTarget(lmtp: true), new DataTarget(), new SmtpCommandTarget(), new AmPdpTarget(), new MilterTarget(), new MilterSessionTarget(), new ProxyTarget(),
        new DkimFieldTarget(), new SignedMailTarget(), new AuthenticationTarget(), new DnsTarget(), new AgentXTarget(), new LdapTarget(),
        new ClamdReplyTarget(), new SpamdReplyTarget(), new RspamdReplyTarget(),
        new ArchiveTarget(wholeMail: false), new ArchiveTarget(wholeMail: true), .. ReaderTarget.All, new QuarantineTarget(),
        new TemplateTarget(), new ConfigurationTarget(), new ImportTarget(), new PatternTarget(),
    ];
}
