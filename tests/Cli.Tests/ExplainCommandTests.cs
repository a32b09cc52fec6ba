namespace Amavis.Cli.Tests;

public sealed class ExplainCommandTests : AmavisProcess
{
    private string Config() => Write("a.yaml", """
        myhostname: mx.example.com
        local_domains_maps: [[.example.com]]
        mynetworks: [10.0.0.0/8]
        final_spam_destiny: D_DISCARD
        spam_kill_level_maps:
          - {ada@example.com: 4.5}
          - 6.9
        whitelist_sender_maps: [[bob@far.example]]
        policy_bank:
          MYNETS: {spam_tag2_level_maps: [20]}
          EXTRA: {bypass_virus_checks_maps: [1]}
        """);

    private async Task<(string? Value, string Source)> FieldAsync(string field, params string[] arguments)
    {
        var run = await RunAsync(["explain", .. arguments, "--json", "--config", Config()]);
        run.ExitCode.ShouldBe(0, run.Output + run.Error);
        var found = run.Json["fields"]!.AsArray().Single(f => f!["field"]!.GetValue<string>() == field)!;
        return (found["value"]?.GetValue<string>(), found["source"]!.GetValue<string>());
    }

    [Fact]
    public async Task Each_value_has_its_source()
    {
        var (value, source) = await FieldAsync("spam_kill_level_maps", "ada@example.com");
        value.ShouldBe("4.5");
        source.ShouldContain("a.yaml:5");
        source.ShouldContain("table 1, ada@example.com");
        (await FieldAsync("spam_kill_level_maps", "<eve@example.com>")).Value.ShouldBe("6.9");
    }

    [Fact]
    public async Task Banks_by_client_and_by_name_are_laid_over()
    {
        var (value, source) = await FieldAsync("spam_tag2_level_maps", "ada@example.com", "--client-ip", "10.1.2.3");
        value.ShouldBe("20");
        source.ShouldContain("policy bank MYNETS");
        (await FieldAsync("bypass_virus_checks_maps", "ada@example.com", "--bank", "EXTRA")).Value.ShouldBe("yes");
    }

    [Fact]
    public async Task The_text_shows_fields_categories_and_the_sender()
    {
        var run = await RunAsync("explain", "ada@example.com", "--sender", "bob@far.example", "--client-ip", "10.1.2.3", "--config", Config());
        run.ExitCode.ShouldBe(0);
        foreach (var expected in (string[])["Policy of <ada@example.com>", "for mail from <bob@far.example>", "MYNETS: client 10.1.2.3", "Spam levels", "spam_kill_level_maps ", "What becomes of mail", "whitelisted"])
            run.Output.ShouldContain(expected);
        run.Output.ShouldMatch(@"(?m)^  Spam +Discard +# final_spam_destiny of ");
    }

    [Theory]
    [InlineData(2, "\"a@@b\" is not a mail address", "a@@b")]
    [InlineData(2, "\"\" is not a mail address", "")]
    [InlineData(2, "--sender: \"a@\" is not a mail address", "a@example.com", "--sender", "a@")]
    [InlineData(2, "--client-ip: \"x\" is not an IP address", "a@example.com", "--client-ip", "x")]
    public async Task What_is_no_address_is_wrong_usage(int status, string fault, params string[] arguments)
    {
        var run = await RunAsync(["explain", .. arguments, "--config", Config()]);
        run.ExitCode.ShouldBe(status);
        run.Error.ShouldContain(fault);
    }

    [Fact]
    public async Task A_bank_that_is_not_there_fails_the_command()
    {
        var run = await RunAsync("explain", "a@example.com", "--bank", "NONE", "--config", Config());
        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("NONE: there is no such bank");
    }
}
