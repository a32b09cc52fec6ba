namespace Amavis.Cli.Tests;

public sealed class DbCommandTests : AmavisProcess
{
    [Fact]
    public async Task Migrate_makes_the_tables_of_the_log_and_of_a_separate_database_for_lookups()
    {
        var config = Write("a.yaml", $"myhostname: mx.example.com\nstorage_sql_dsn: [\"sqlite:{Root}/log.db\"]\nlookup_sql_dsn: [\"sqlite:{Root}/lookups.db\"]\n");

        (await RunAsync("db", "status", "--config", config)).Output.ShouldContain("to be done there by \"amavis db migrate\": ");
        var first = await RunAsync("db", "migrate", "--json", "--config", config);
        first.ExitCode.ShouldBe(0, first.Error);
        first.Json["databases"]!.AsArray().Select(d => ((string)d!["database"]!, d["steps"]!.AsArray().Count > 0)).ShouldBe([($"sqlite:{Root}/log.db", true), ($"sqlite:{Root}/lookups.db", true)]);
        var again = await RunAsync("db", "migrate", "--config", config);
        again.Lines.ShouldBe([$"sqlite:{Root}/log.db: the schema is up to date", $"sqlite:{Root}/lookups.db: the schema is up to date"]);
        (await RunAsync("db", "status", "--config", config)).Lines.ShouldContain($"lookups in sqlite:{Root}/lookups.db: up to date");
    }

    [Fact]
    public async Task Lookups_alone_have_their_tables_made_as_well()
    {
        var config = Write("a.yaml", $"myhostname: mx.example.com\nlookup_sql_dsn: [\"sqlite:{Root}/lookups.db\"]\n");
        (await RunAsync("db", "migrate", "--config", config)).ExitCode.ShouldBe(0);
        File.Exists(Path.Combine(Root, "lookups.db")).ShouldBeTrue();
    }

    [Fact]
    public async Task Without_any_database_there_is_nothing_to_migrate()
    {
        var run = await RunAsync("db", "migrate", "--config", Write("a.yaml", "myhostname: mx.example.com\n"));
        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("neither storage_sql_dsn nor lookup_sql_dsn names a database");
    }
}
