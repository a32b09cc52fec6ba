using Amavis.Core.Policy;
using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace Amavis.Data.Migrating;

/// <summary>What has to be done to a schema, from what is there and what the migrations want. Pure.</summary>
/// <param name="Statements">To be run in order, in one transaction.</param>
internal sealed record SchemaPlan(IReadOnlyList<string> Statements, MigrationReport Report)
{
    private static readonly string[] AddressTables = ["maddr", "users", "mailaddr"];

    /// <exception cref="SchemaException">A table has our name but is not ours.</exception>
    public static SchemaPlan Make(MigrationSource source, SchemaShape shape, IReadOnlySet<string> applied)
    {
        var statements = new List<string>();
        var steps = new List<string>();
        var ids = source.Ids;
        var adopts = applied.Count == 0 && Tables(source.Step(ids[0])).Any(shape.Tables.Contains);
        if (applied.Count == 0)
            statements.Add(source.CreateHistory);
        foreach (var id in ids.Where(id => !applied.Contains(id)))
        {
            var step = source.Step(id);
            var operations = adopts && id == ids[0] ? Missing(step, shape, steps) : step.UpOperations;
            if (!(adopts && id == ids[0]))
                steps.Add("step " + id);
            FollowMailId(operations, shape);
            statements.AddRange(source.Sql([.. operations], step));
            if (adopts && id == ids[0])
                AddressesAsText(shape, statements, steps);
            statements.Add(source.NoteApplied(id));
        }
        return new SchemaPlan(statements, new MigrationReport(steps, adopts, Notes(shape)));
    }

    private static IEnumerable<string> Tables(Migration step) => step.UpOperations.OfType<CreateTableOperation>().Select(t => t.Name);

    /// <summary>The first step less the tables that exist, plus the columns those lack.</summary>
    private static List<MigrationOperation> Missing(Migration step, SchemaShape shape, List<string> steps)
    {
        var operations = new List<MigrationOperation>();
        foreach (var operation in step.UpOperations)
        {
            switch (operation)
            {
                case CreateTableOperation table when shape.Tables.Contains(table.Name):
                    steps.Add($"table {table.Name} taken over");
                    operations.AddRange(MissingColumns(table, shape, steps));
                    break;
                case CreateTableOperation table:
                    steps.Add($"table {table.Name} made");
                    operations.Add(table);
                    break;
                case CreateIndexOperation index when shape.Tables.Contains(index.Table):
                    break;
                default:
                    operations.Add(operation);
                    break;
            }
        }
        return operations;
    }

    /// <summary>
    /// In SQLite, amavisd-new with 8-bit addresses allowed wrote them as octets, which SQLite never finds equal, or like, to text.
    /// </summary>
    private static void AddressesAsText(SchemaShape shape, List<string> statements, List<string> steps)
    {
        if (shape.Provider != SqlProvider.Sqlite)
            return;
        foreach (var table in AddressTables.Where(shape.Tables.Contains))
        {
            // An address that is there both ways stays so; the writer finds either.
            statements.Add($"UPDATE OR IGNORE {table} SET email = CAST(email AS TEXT) WHERE typeof(email) = 'blob'");
            steps.Add($"addresses in {table} stored as text");
        }
    }

    private static IEnumerable<AddColumnOperation> MissingColumns(CreateTableOperation table, SchemaShape shape, List<string> steps)
    {
        foreach (var column in table.Columns.Where(c => !shape.HasColumn(table.Name, c.Name)))
        {
            if (!column.IsNullable && column.DefaultValue is null)
                throw new SchemaException($"table {table.Name} has no column {column.Name}: it was not made for amavisd-new; nothing was changed");
            steps.Add($"column {table.Name}.{column.Name} added");
            yield return column;
        }
    }

    /// <summary>Our table that is joined by mail_id has it in the type that msgs has, else the two could not be compared.</summary>
    private static void FollowMailId(IEnumerable<MigrationOperation> operations, SchemaShape shape)
    {
        if (shape.Provider != SqlProvider.Postgres || !shape.IsText("msgs.mail_id"))
            return;
        foreach (var table in operations.OfType<CreateTableOperation>().Where(t => t.Name is "aw_explanation" or "quarantine"))
            foreach (var column in table.Columns.Where(c => c.Name == "mail_id"))
                column.ColumnType = "character varying(64)";
    }

    /// <summary>What works but should be changed by the administrator.</summary>
    public static List<string> Notes(SchemaShape shape)
    {
        var notes = new List<string>();
        if (shape.Provider == SqlProvider.Postgres && shape.TypeOf("quarantine", "mail_text") is { } type && type != "bytea")
            notes.Add($"column quarantine.mail_text has type {type}; change it to bytea, or messages with octets that are no text can't be quarantined");
        if (shape.TypeOf("msgs", "mail_id") is { } mailId && mailId.StartsWith("character", StringComparison.Ordinal))
            notes.Add($"column msgs.mail_id has type {mailId}; bytea compares faster and takes every mail_id_size_bits");
        return notes;
    }
}
