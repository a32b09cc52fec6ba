namespace Amavis.Cli.Tests;

public sealed class ConfigCommandTests : AmavisProcess
{
    private const string Good = "myhostname: mx.example.com\nlisten_sockets: [10024]\nmax_servers: 4\nmax_requests: 20\nstorage_sql_dsn: \"postgres:Host=db;Password=geheim\"\n";

    [Fact]
    public async Task Check_of_a_good_file_ends_with_0_and_names_the_notices()
    {
        var run = await RunAsync("config", "check", "--config", Write("a.yaml", Good));
        run.ExitCode.ShouldBe(0);
        run.Lines.ShouldBe(["notice: accepted, but without meaning here: max_requests", $"{Root}/a.yaml: no mistakes"]);
        run.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Check_of_a_faulty_file_ends_with_1_and_names_every_mistake()
    {
        var run = await RunAsync("config", "check", "--config", Write("a.yaml", "max_servrs: 4\nlisten_sockets: [10024]\nmyhostname: mx.example.com\nlog_level: high\n"));
        run.ExitCode.ShouldBe(1);
        run.Lines.ShouldBe([
            $"{Root}/a.yaml:1:1: max_servrs: unknown key; did you mean \"max_servers\"?",
            $"{Root}/a.yaml:4:12: log_level: expects a whole number, got \"high\""]);
    }

    [Fact]
    public async Task Check_gives_one_document_when_asked()
    {
        var run = await RunAsync("--json", "config", "check", "--config", Write("a.yaml", "max_servrs: 4\n"));
        run.ExitCode.ShouldBe(1);
        ((bool)run.Json["ok"]!).ShouldBeFalse();
        var mistake = run.Json["mistakes"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)mistake["file"], (int)mistake["line"]!, (int)mistake["column"]!, (string?)mistake["key"]).ShouldBe(($"{Root}/a.yaml", 1, 1, "max_servrs"));
    }

    [Fact]
    public async Task The_file_in_the_working_directory_is_the_default()
    {
        Write("amavis.yaml", Good);
        var run = await RunAsync("config", "check");
        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("amavis.yaml: no mistakes");
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_a_mistake()
    {
        var run = await RunAsync("config", "check", "--config", Path.Combine(Root, "none.yaml"));
        (run.ExitCode, run.Output.Trim()).ShouldBe((1, $"{Root}/none.yaml:1:1: file: {Root}/none.yaml does not exist"));
    }

    [Fact]
    public async Task Show_gives_values_with_their_sources_and_no_passwords()
    {
        var run = await RunAsync("config", "show", "--config", Write("a.yaml", Good));
        run.ExitCode.ShouldBe(0);
        run.Lines.ShouldContain($"max_servers: 4  # {Root}/a.yaml:3");
        run.Lines.ShouldContain("forward_method: \"smtp:[127.0.0.1]:10025\"  # default");
        run.Lines.ShouldContain($"max_requests: 20  # {Root}/a.yaml:4, without meaning here");
        run.Lines.ShouldContain($"storage_sql_dsn: \"postgres:Host=db;Password=********\"  # {Root}/a.yaml:5");
        run.Output.ShouldNotContain("geheim");
    }

    [Fact]
    public async Task Show_gives_one_document_when_asked()
    {
        var run = await RunAsync("config", "show", "max_servers", "LOGFILE", "--json", "--config", Write("a.yaml", Good));
        run.ExitCode.ShouldBe(0);
        var variables = run.Json["variables"]!.AsArray();
        variables.Select(v => (string?)v!["name"]).ShouldBe(["logfile", "max_servers"]);
        ((int)variables[1]!["value"]!, (int)variables[1]!["line"]!).ShouldBe((4, 3));
        variables[0]!["value"].ShouldBeNull();
        ((string?)variables[0]!["source"]).ShouldBe("default");
    }

    [Fact]
    public async Task Show_can_leave_out_defaults()
    {
        var run = await RunAsync("config", "show", "--changed", "--config", Write("a.yaml", Good));
        run.Lines.Select(l => l.Split(':')[0]).ShouldBe(["listen_sockets", "max_requests", "max_servers", "myhostname", "storage_sql_dsn"]);
    }

    [Fact]
    public async Task Show_of_a_faulty_file_ends_with_1()
    {
        var run = await RunAsync("config", "show", "--config", Write("a.yaml", "max_servers: x\n"));
        (run.ExitCode, run.Output).ShouldBe((1, ""));
        run.Error.ShouldContain("a.yaml:1:14: max_servers: ");
    }

    [Theory]
    [InlineData("config", "chekc")]
    [InlineData("config")]
    [InlineData]
    [InlineData("frobnicate")]
    [InlineData("config", "check", "--config")]
    [InlineData("config", "check", "--frobnicate")]
    [InlineData("config", "show", "no_such_variable")]
    public async Task Wrong_usage_ends_with_2(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        run.ExitCode.ShouldBe(2);
        run.Output.ShouldBeEmpty();
        run.Error.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Help_and_version_are_answers_and_end_with_0()
    {
        var help = await RunAsync("--help");
        (help.ExitCode, help.Error).ShouldBe((0, ""));
        help.Output.ShouldContain("--config");
        (await RunAsync("--version")).ExitCode.ShouldBe(0);
    }
}
