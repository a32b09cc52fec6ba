using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Data;

/// <summary>Contexts whose model fits the schema found in the database.</summary>
public sealed class AmavisDbContextFactory(AmavisDatabase database) : IDbContextFactory<AmavisDbContext>
{
    public AmavisDbContext CreateDbContext() => database.CreateContext();

    public async Task<AmavisDbContext> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
        await database.CreateContextAsync(cancellationToken);
}
