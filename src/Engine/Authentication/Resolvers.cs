using Amavis.Core.Policy;
using Amavis.Dns.Resolving;

namespace Amavis.Engine.Authentication;

/// <summary>DNS servers by the settings; without them by the system's configuration.</summary>
public static class Resolvers
{
    public static ResolverOptions Options(Settings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new ResolverOptions { Servers = settings.DnsServers.Count > 0 ? settings.DnsServers : ResolverConfiguration.ReadServers(SystemConfiguration()) };
    }

    private static string SystemConfiguration()
    {
        try
        {
            return File.ReadAllText(ResolverConfiguration.SystemFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As the C library: then the server on this host is asked.
            return "";
        }
    }
}
