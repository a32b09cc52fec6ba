using Amavis.Core.Explaining.Policies;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;
using Amavis.Data;
using Amavis.Data.Console.Policies;
using Amavis.Data.Lookups;

namespace Amavis.Web.Policies;

internal static class PolicyServices
{
    /// <summary>The tables of lookups, and the explainer that looks up as the filter does.</summary>
    public static IServiceCollection AddPolicies(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton<PolicyTables>().AddSingleton<PolicyQuery>().AddSingleton<PolicyChanges>();
        services.AddSingleton<IAddressDirectory>(provider => new AddressDirectory(
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>(),
            new Dictionary<SqlDsn, AmavisDatabase> { [settings.StorageSqlDsn[0]] = provider.GetRequiredService<AmavisDatabase>() }));
        services.AddSingleton<PolicyExplainer>();
        return services;
    }
}
