using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Amavis.Data.Model;

/// <summary>
/// The database as the console and the maintenance see it. One context per operation, made by the factory; the hot path of the
/// daemon writes with plain commands and never comes here.
/// </summary>
public sealed class AmavisDbContext(DbContextOptions<AmavisDbContext> options, SchemaShape shape) : DbContext(options)
{
    public SchemaShape Shape { get; } = shape;

    public DbSet<MaddrRow> Maddr => Set<MaddrRow>();
    public DbSet<MsgsRow> Msgs => Set<MsgsRow>();
    public DbSet<MsgrcptRow> Msgrcpt => Set<MsgrcptRow>();
    public DbSet<QuarantineRow> Quarantine => Set<QuarantineRow>();
    public DbSet<UsersRow> Users => Set<UsersRow>();
    public DbSet<MailaddrRow> Mailaddr => Set<MailaddrRow>();
    public DbSet<PolicyRow> Policy => Set<PolicyRow>();
    public DbSet<WblistRow> Wblist => Set<WblistRow>();
    public DbSet<ExplanationRow> Explanations => Set<ExplanationRow>();
    public DbSet<AccountRow> Accounts => Set<AccountRow>();
    public DbSet<AuditRow> Audit => Set<AuditRow>();

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.ReplaceService<IModelCacheKeyFactory, ShapeModelCacheKeyFactory>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        LogTables.Configure(modelBuilder, Shape);
        LookupTables.Configure(modelBuilder, Shape);
        OwnTables.Configure(modelBuilder, Shape);
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
            foreach (var property in entity.GetProperties())
                property.SetColumnName(SnakeCase.Of(property.Name));
    }

    private sealed class ShapeModelCacheKeyFactory : IModelCacheKeyFactory
    {
        public object Create(DbContext context, bool designTime) =>
            context is AmavisDbContext own ? (own.Shape.Provider, own.Shape.ModelKey, designTime) : (context.GetType(), designTime);
    }
}
