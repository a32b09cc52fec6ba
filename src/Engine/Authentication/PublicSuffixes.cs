using Amavis.Authentication.Dmarc;

namespace Amavis.Engine.Authentication;

/// <summary>The machine's public suffix list, read once; without one the usual suffixes.</summary>
internal static class PublicSuffixes
{
    /// <summary>Where Debian's package publicsuffix has it.</summary>
    private const string SystemList = "/usr/share/publicsuffix/public_suffix_list.dat";

    private const long MaxOctets = 4 << 20;

    private static readonly Lazy<OrganizationalDomain> OfMachine = new(Read);

    public static OrganizationalDomain Organizations => OfMachine.Value;

    private static OrganizationalDomain Read()
    {
        try
        {
            return new FileInfo(SystemList) is { Exists: true, Length: <= MaxOctets } ? OrganizationalDomain.FromList(File.ReadLines(SystemList)) : OrganizationalDomain.Usual;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return OrganizationalDomain.Usual;
        }
    }
}
