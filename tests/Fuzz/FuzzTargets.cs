using Amavis.Fuzz.Targets;

namespace Amavis.Fuzz;

/// <summary>Everything that reads octets from outside.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new MimeTarget(), new TransferTarget(), new HeaderTarget(), new AddressTarget(), new BounceTarget(),
        new DataTarget(), new SmtpCommandTarget(), new AmPdpTarget(), new MilterTarget(), new ProxyTarget(),
        new DkimFieldTarget(), new SignedMailTarget(), new DnsTarget(), new AgentXTarget(), new LdapTarget(), new ScannerReplyTarget(),
        new ArchiveTarget(), new TemplateTarget(), new ConfigurationTarget(), new ImportTarget(),
    ];
}
