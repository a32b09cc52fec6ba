using Amavis.Data.Model;
using Amavis.Core.Policy;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Amavis.Migrations.Postgres;

/// <summary>The context "dotnet ef" makes migrations from; connects to nothing.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<AmavisDbContext>
{
    public AmavisDbContext CreateDbContext(string[] args) => new(
        new DbContextOptionsBuilder<AmavisDbContext>()
            .UseNpgsql("Host=localhost", o => o.MigrationsAssembly(typeof(DesignTimeFactory).Assembly.GetName().Name).MigrationsHistoryTable("aw_migrations")).Options,
        SchemaShape.Own(SqlProvider.Postgres));
}
