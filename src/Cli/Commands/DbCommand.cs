using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Amavis.Data;
using Amavis.Data.Migrating;
using Amavis.Data.Upkeep;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amavis.Cli.Commands;

/// <summary><c>amavis db</c>: the schema, and rows that are old enough to go.</summary>
internal sealed class DbCommand : Command
{
    private static readonly Option<string> OlderThan = new("--older-than") { Description = "age of what goes, such as 30d or 12h", Required = true };

    public DbCommand() : base("db", "The database")
    {
        var migrate = new Command("migrate", "Create or upgrade the tables");
        migrate.SetAction((parsed, stop) => MigrateAsync(new CommandContext(parsed), stop));
        var status = new Command("status", "Rows, and what migrate would do");
        status.SetAction((parsed, stop) => With(parsed, (context, database, settings) => StatusAsync(context, database, settings, stop)));
        var purge = new Command("purge", "Delete old messages from the log and the quarantine") { OlderThan };
        purge.SetAction((parsed, stop) => With(parsed, (context, database, settings) => PurgeAsync(context, database, settings, parsed.GetValue(OlderThan)!, stop)));
        foreach (var command in (Command[])[migrate, status, purge])
            Subcommands.Add(command);
    }

    private static Task<int> With(ParseResult parsed, Func<CommandContext, AmavisDatabase, Core.Policy.Settings, Task<int>> work)
    {
        var context = new CommandContext(parsed);
        return DatabaseContext.RunAsync(context, (database, settings) => work(context, database, settings));
    }

    /// <summary>The database of the log, and that of lookups where it is another.</summary>
    private static async Task<int> MigrateAsync(CommandContext context, CancellationToken cancellationToken)
    {
        if (context.LoadSettings() is not { } settings)
            return ExitCodes.Failed;
        var reports = new List<(string Database, MigrationReport Report)>();
        var outcome = await DatabaseContext.RunOnEachAsync(context, settings, async database =>
            reports.Add((database.Label, await new DatabaseMigrator(NullLogger<DatabaseMigrator>.Instance).MigrateAsync(database, cancellationToken))));
        if (outcome != ExitCodes.Done)
            return outcome;
        var lines = reports.SelectMany(r => Lines(r.Report).Select(line => reports.Count == 1 ? line : $"{r.Database}: {line}"));
        return context.Done(string.Join(Environment.NewLine, lines), new JsonObject
        {
            ["ok"] = true,
            ["steps"] = Texts(reports[0].Report.Steps),
            ["notes"] = Texts(reports[0].Report.Notes),
            ["databases"] = new JsonArray([.. reports.Select(r => (JsonNode)new JsonObject
            {
                ["database"] = r.Database,
                ["steps"] = Texts(r.Report.Steps),
                ["notes"] = Texts(r.Report.Notes),
            })]),
        });
    }

    private static IEnumerable<string> Lines(MigrationReport report) =>
        report.Steps.Count == 0 ? report.Notes.Prepend("the schema is up to date") : report.Steps.Concat(report.Notes);

    private static async Task<int> StatusAsync(CommandContext context, AmavisDatabase database, Core.Policy.Settings settings, CancellationToken cancellationToken)
    {
        var lookups = await LookupStepsAsync(settings, cancellationToken);
        var status = await new Maintenance(database, TimeProvider.System, NullLogger<Maintenance>.Instance).StatusAsync(cancellationToken);
        if (context.Json)
        {
            var rows = new JsonObject();
            foreach (var (table, count) in status.Rows)
                rows[table] = count;
            context.WriteJson(new JsonObject
            {
                ["database"] = status.Database,
                ["server"] = status.Server,
                ["rows"] = rows,
                ["inProgress"] = status.InProgress,
                ["lost"] = status.Lost,
                ["oldest"] = status.Oldest?.ToString("O"),
                ["newest"] = status.Newest?.ToString("O"),
                ["pendingSteps"] = Texts(status.PendingSteps),
                ["notes"] = Texts(status.Notes),
                ["lookupDatabase"] = lookups?.Database,
                ["lookupPendingSteps"] = lookups is { } own ? Texts(own.Steps) : null,
            });
            return ExitCodes.Done;
        }
        context.Out.WriteLine($"{status.Database} ({status.Server})");
        foreach (var (table, count) in status.Rows)
            context.Out.WriteLine($"  {table,-16} {count,12}");
        context.Out.WriteLine($"  in progress {status.InProgress}, without an outcome {status.Lost}");
        foreach (var step in status.PendingSteps)
            context.Out.WriteLine("to be done by \"amavis db migrate\": " + step);
        foreach (var note in status.Notes)
            context.Out.WriteLine(note);
        if (lookups is { } other)
        {
            context.Out.WriteLine($"lookups in {other.Database}{(other.Steps.Count == 0 ? ": up to date" : "")}");
            foreach (var step in other.Steps)
                context.Out.WriteLine("to be done there by \"amavis db migrate\": " + step);
        }
        return ExitCodes.Done;
    }

    /// <summary>What migrate would do to the database of lookups; null: there is none beside that of the log.</summary>
    private static async Task<(string Database, IReadOnlyList<string> Steps)?> LookupStepsAsync(Core.Policy.Settings settings, CancellationToken cancellationToken)
    {
        if (settings.LookupSqlDsn is not [var source, ..] || source == settings.StorageSqlDsn[0])
            return null;
        await using var database = new AmavisDatabase(source);
        return (database.Label, (await DatabaseMigrator.PlanAsync(database, cancellationToken)).Steps);
    }

    private static async Task<int> PurgeAsync(CommandContext context, AmavisDatabase database, Core.Policy.Settings settings, string age, CancellationToken cancellationToken)
    {
        if (!TryReadAge(age, out var olderThan))
        {
            context.Fail($"\"{age}\" is not an age; write 30d, 12h or 90m");
            return ExitCodes.WrongUsage;
        }
        var report = await new Maintenance(database, TimeProvider.System, NullLogger<Maintenance>.Instance)
            .PurgeAsync(new PurgeOptions { OlderThan = olderThan, QuarantineDirectory = settings.QuarantineDir }, cancellationToken);
        return context.Done(
            $"deleted {report.Messages} messages, {report.Recipients} recipients, {report.Chunks} quarantine chunks, {report.Addresses} addresses, {report.Files} files",
            new JsonObject
            {
                ["ok"] = true,
                ["messages"] = report.Messages,
                ["recipients"] = report.Recipients,
                ["chunks"] = report.Chunks,
                ["addresses"] = report.Addresses,
                ["files"] = report.Files,
            });
    }

    /// <summary>A whole number with d, h or m.</summary>
    private static bool TryReadAge(string text, out TimeSpan age)
    {
        age = default;
        if (text.Length < 2 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 36500)
            return false;
        age = text[^1] switch { 'd' => TimeSpan.FromDays(number), 'h' => TimeSpan.FromHours(number), 'm' => TimeSpan.FromMinutes(number), _ => TimeSpan.Zero };
        return age > TimeSpan.Zero;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);
}
