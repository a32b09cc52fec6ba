using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace Amavis.Data.Migrating;

/// <summary>The steps of the migrations assembly that fits a context, and the means to turn them into SQL.</summary>
internal sealed class MigrationSource(AmavisDbContext context)
{
    private readonly IMigrationsAssembly _assembly = context.GetService<IMigrationsAssembly>();
    private readonly IMigrationsSqlGenerator _generator = context.GetService<IMigrationsSqlGenerator>();
    private readonly IHistoryRepository _history = context.GetService<IHistoryRepository>();
    private readonly IModelRuntimeInitializer _initializer = context.GetService<IModelRuntimeInitializer>();

    public IReadOnlyList<string> Ids => [.. _assembly.Migrations.Keys.Order(StringComparer.Ordinal)];

    public Migration Step(string id) => _assembly.CreateMigration(_assembly.Migrations[id], context.Database.ProviderName!);

    public IEnumerable<string> Sql(IReadOnlyList<MigrationOperation> operations, Migration step) =>
        _generator.Generate(operations, _initializer.Initialize((IModel)step.TargetModel)).Select(c => c.CommandText);

    public string CreateHistory => _history.GetCreateIfNotExistsScript();

    public string NoteApplied(string id) => _history.GetInsertScript(new HistoryRow(id, ProductInfo.GetVersion()));
}
