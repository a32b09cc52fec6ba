namespace Amavis.Cli.Tests;

public sealed class ConfigImportTests : AmavisProcess
{
    private const string Good = "use strict;\n# levels\n$sa_kill_level_deflt = 6.9;  # high\n$mydomain = 'example.org';\n$max_requests = 5;\n1;\n";

    [Fact]
    public async Task The_configuration_goes_to_standard_output_and_the_report_to_standard_error()
    {
        var run = await RunAsync("config", "import", Write("amavisd.conf", Good));
        run.ExitCode.ShouldBe(0);
        run.Output.ShouldStartWith("# Imported from the configuration of amavisd-new");
        run.Output.ShouldContain("# levels\nsa_kill_level_deflt: 6.9  # high\nmydomain: example.org\n");
        run.Error.ShouldContain("3 of 3 statements taken over from 1 file");
        run.Error.ShouldContain("without meaning here: max_requests");
        run.Output.ShouldNotContain("statements taken over");
    }

    [Fact]
    public async Task The_written_file_has_no_mistakes_and_is_not_for_everybody()
    {
        var output = Path.Combine(Root, "amavis.yaml");
        var run = await RunAsync("config", "import", "--output", output, Write("amavisd.conf", Good));
        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain($"written to {output}");
        run.Error.ShouldBeEmpty();
        (await RunAsync("config", "check", "--config", output)).ExitCode.ShouldBe(0);
        File.GetUnixFileMode(output).HasFlag(UnixFileMode.OtherRead).ShouldBeFalse();
        (await RunAsync("config", "show", "sa_kill_level_deflt", "--config", output)).Output.ShouldContain("sa_kill_level_deflt: 6.9");
    }

    [Fact]
    public async Task What_is_not_taken_over_is_listed_with_file_and_line_and_ends_with_1()
    {
        var file = Write("amavisd.conf", "$log_level = 2;\n$logfile = `date`;\n");
        var run = await RunAsync("config", "import", file);
        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain($"{file}:2: not taken over: commands are never run: `date`\n    $logfile = `date`;\n");
        run.Output.ShouldContain("log_level: 2");
        run.Output.ShouldContain("# NOT TAKEN OVER (amavisd.conf, line 2)");
    }

    [Fact]
    public async Task One_document_says_everything_when_asked()
    {
        var file = Write("amavisd.conf", "$virus_admin = \"v\\@$mydomain\";\n$logfile = `date`;\n$max_requests = 3;\n");
        var run = await RunAsync("--json", "config", "import", file);
        run.ExitCode.ShouldBe(1);
        run.Error.ShouldBeEmpty();
        ((bool)run.Json["ok"]!, (int)run.Json["statements"]!, (int)run.Json["taken_over"]!).ShouldBe((false, 3, 2));
        var refused = run.Json["not_taken_over"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)refused["file"], (int)refused["line"]!, (string?)refused["statement"]).ShouldBe((file, 2, "$logfile = `date`;"));
        ((string?)refused["reason"]).ShouldNotBeNull().ShouldContain("commands are never run");
        ((string?)run.Json["notes"]![0]!["note"]).ShouldNotBeNull().ShouldContain("--set mydomain");
        ((string?)run.Json["yaml"]).ShouldNotBeNull().ShouldContain("virus_admin: v@example.com");
        ((string?)run.Json["without_meaning"]![0]).ShouldBe("max_requests");
        ((string?)run.Json["files"]![0]).ShouldBe(file);
    }

    [Fact]
    public async Task Directories_are_read_in_the_order_of_their_files()
    {
        Directory.CreateDirectory(Path.Combine(Root, "conf.d"));
        Write("conf.d/05-first", "$log_level = 1;\n");
        Write("conf.d/50-user", "$log_level = 4;\n");
        var run = await RunAsync("config", "import", Path.Combine(Root, "conf.d"));
        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("log_level: 4");
        run.Error.ShouldContain("from 2 files");
    }

    [Fact]
    public async Task Values_and_files_can_be_given_for_what_commands_print()
    {
        var file = Write("amavisd.conf", $"chomp($mydomain = `head -n 1 {Root}/mailname`);\n$X_HEADER_LINE = \"at $mydomain\";\n");
        Write("mailname", "file.example\n");
        (await RunAsync("config", "import", file)).ExitCode.ShouldBe(1);
        (await RunAsync("config", "import", "--set", "mydomain=set.example", file)).Output.ShouldContain("X_HEADER_LINE: at set.example");
        (await RunAsync("config", "import", "--read-files", file)).Output.ShouldContain("X_HEADER_LINE: at file.example");
    }

    [Fact]
    public async Task A_file_written_by_hand_is_replaced_only_by_force()
    {
        var file = Write("amavisd.conf", Good);
        var output = Write("amavis.yaml", "log_level: 5\n");
        var refused = await RunAsync("config", "import", "--output", output, file);
        (refused.ExitCode, refused.Error.Contains("--force")).ShouldBe((2, true));
        File.ReadAllText(output).ShouldBe("log_level: 5\n");
        (await RunAsync("config", "import", "--force", "--output", output, file)).ExitCode.ShouldBe(0);
        (await RunAsync("config", "import", "--output", output, file)).ExitCode.ShouldBe(0);
        (await RunAsync("config", "import", "--output", Write("empty.yaml", ""), file)).ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("config", "import", "/no/such/file")]
    [InlineData("config", "import", "--set", "nonsense", "/etc/hostname")]
    [InlineData("config", "import", "--set", "frobnicate=1", "/etc/hostname")]
    [InlineData("config", "import", "--output")]
    [InlineData("config", "import", "--output", "/no/such/directory/amavis.yaml", "/etc/hostname")]
    [InlineData("config", "import", "--frobnicate")]
    public async Task Wrong_usage_ends_with_2(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        run.ExitCode.ShouldBe(2);
        run.Output.ShouldBeEmpty();
        run.Error.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Help_names_the_places_that_are_read_without_a_path()
    {
        var run = await RunAsync("config", "import", "--help");
        (run.ExitCode, run.Error).ShouldBe((0, ""));
        foreach (var word in (string[])["/etc/amavis/conf.d", "/etc/amavisd/amavisd.conf", "--output", "--set", "--read-files", "FILE_OR_DIR"])
            run.Output.ShouldContain(word);
    }
}
