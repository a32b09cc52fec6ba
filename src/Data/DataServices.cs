using Amavis.Core.Policy;
using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Amavis.Data;

public static class DataServices
{
    /// <summary>Registers <see cref="AmavisDatabase"/> and the context factory over it, both as singletons.</summary>
    public static IServiceCollection AddAmavisData(this IServiceCollection services, SqlDsn dsn)
    {
        services.AddSingleton(_ => new AmavisDatabase(dsn));
        services.AddSingleton<IDbContextFactory<AmavisDbContext>, AmavisDbContextFactory>();
        return services;
    }
}
