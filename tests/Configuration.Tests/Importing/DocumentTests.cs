using Amavis.Configuration.Importing;
using Amavis.Configuration.Importing.Conversion;
using Amavis.Configuration.Importing.Evaluation;
using Amavis.Configuration.Importing.Syntax;
using Amavis.Configuration.Importing.Writing;
using Amavis.Configuration.Yaml;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Configuration.Tests.Importing;

public sealed class DocumentTests : ImportFixture
{
    /// <summary>The document without its first lines and without the defaults at its end.</summary>
    private string Body(string text)
    {
        var yaml = Import(text).Yaml;
        var start = yaml.IndexOf("amavisd.conf\n\n", StringComparison.Ordinal);
        start = yaml.IndexOf("amavisd.conf\n\n", start + 1, StringComparison.Ordinal) + "amavisd.conf\n\n".Length;
        return yaml[start..yaml.IndexOf("# ---- Not set", StringComparison.Ordinal)].Trim('\n') + "\n";
    }

    [Fact]
    public void Comments_stay_at_their_statements() => Body("""
        # first
        use strict;

        # before
        # the value
        $log_level = 2;   # behind it

        #commented = 'out';
        $max_servers = 3;
        # last
        1;  # end
        """).ShouldBe("""
        # first

        # before
        # the value
        log_level: 2  # behind it

        #commented = 'out';
        max_servers: 3
        # last
        # end

        """);

    [Fact]
    public void Comments_stay_at_the_elements_of_lists_and_maps() => Body("""
        $policy_bank{'MYNETS'} = {   # inside
          originating => 1,  # ours
          # more
          log_level => 2,
          # nothing
        };  # closed
        $banned_filename_re = new_RE(  # rules
          # one
          qr'a',  # one, too
        # qr'b',
          [ qr'c' => 0 ],  # three
          # end
        );
        """).ShouldBe("""
        policy_bank:
          MYNETS:  # inside
            originating: true  # ours
            # more
            log_level: 2
            # nothing
        # closed
        banned_filename_re:  # rules
          # one
          - a  # one, too
          # qr'b',
          - [c, false]  # three
          # end

        """);

    [Fact]
    public void Comments_of_parts_of_a_map_stay_at_those_parts() => Body("""
        # banks
        $policy_bank{'MYNETS'} = { originating => 1 };
        $log_level = 1;

        # the second
        $policy_bank{'B'} = { originating => 1 };  # two
        # a part
        $policy_bank{'B'}{log_level} = 3;  # of it
        """).ShouldBe("""
        # banks
        policy_bank:
          MYNETS: {originating: true}
          # the second
          B:  # two
            originating: true
            # a part
            log_level: 3  # of it
        log_level: 1

        """);

    [Fact]
    public void What_is_not_taken_over_stays_as_a_comment() => Body("""
        # why
        $log_level = `x`;  # behind
        """).ShouldBe("""
        # why
        # NOT TAKEN OVER (amavisd.conf, line 2): commands are never run: `x`
        #   $log_level = `x`;
        # behind

        """);

    [Fact]
    public void A_value_of_several_lines_is_a_block() => Body("$notify_release_templ = <<'EOD';\n  a: # b\n\n\"c\"\nEOD\n").ShouldBe("notify_release_templ: |2\n    a: # b\n\n  \"c\"\n");

    [Fact]
    public void A_value_set_again_stands_where_it_is_set_last() => Body("# one\n$log_level = 1;\n$max_servers = 3;\n# two\n$log_level = 2;\n").ShouldBe("# one\nmax_servers: 3\n# two\nlog_level: 2\n");

    [Fact]
    public void A_list_left_at_its_default_is_named() =>
        Body("@spam_kill_level_maps = (\\$sa_kill_level_deflt);").ShouldBe("# spam_kill_level_maps: as it is when it is left out\n");

    [Fact]
    public void What_looks_like_an_environment_variable_stays_a_text() => Value("$logfile = '/var/${HOME}/$${X}/${helo-name}';", "logfile").ShouldBe("\"/var/${HOME}/$${X}/${helo-name}\"");

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("a@b.example", "a@b.example")]
    [InlineData("--stdout", "--stdout")]
    [InlineData("", "''")]
    [InlineData("true", "'true'")]
    [InlineData("No", "'No'")]
    [InlineData("null", "'null'")]
    [InlineData("~", "'~'")]
    [InlineData("10", "'10'")]
    [InlineData("1e3", "'1e3'")]
    [InlineData("0x1f", "'0x1f'")]
    [InlineData("-", "'-'")]
    [InlineData("---", "'---'")]
    [InlineData("it's", "'it''s'")]
    [InlineData("a: b", "'a: b'")]
    [InlineData("a #b", "'a #b'")]
    [InlineData(" a", "' a'")]
    [InlineData("[a]", "'[a]'")]
    [InlineData("a\tb", "\"a\\tb\"")]
    [InlineData("a\u0085b\u2028", "\"a\\u0085b\\u2028\"")]
    public void A_text_is_quoted_where_it_has_to_be(string text, string expected) => YamlText.Quoted(text).ShouldBe(expected);

    private static readonly ImportStatement Statement = new(new SourcePosition("f", 1, 1), "");

    private static YamlItem Item(object? value) => value switch
    {
        string text => new YamlScalar(Statement.Position, Statement, text, false),
        object?[] list => new YamlList(Statement.Position, Statement) { Items = [.. list.Select(Item)] },
        _ => new YamlScalar(Statement.Position, Statement, "null", true),
    };

    private static Node? Read(string yaml)
    {
        var mistakes = new MistakeList();
        var map = YamlReader.Read("f", yaml, mistakes);
        mistakes.Count.ShouldBe(0, yaml);
        return new EnvironmentText(_ => null, mistakes).Expand(map!).Entries[0].Value;
    }

    private static object? Back(Node? node) => node switch
    {
        ListNode list => list.Items.Select(Back).ToArray(),
        ScalarNode { IsNull: true } => null,
        ScalarNode scalar => scalar.Text,
        _ => "?",
    };

    private static string Words(object? value) => value switch
    {
        object?[] list => "[" + string.Join(",", list.Select(Words)) + "]",
        null => "null",
        _ => "\"" + value + "\"",
    };

    private static void ComesBack(object? value)
    {
        var writer = new YamlWriter([]);
        writer.Entry("key", Item(value));
        Words(Back(Read(writer.ToString()))).ShouldBe(Words(value), writer.ToString());
    }

    [Fact]
    public void Any_text_is_read_as_it_was_written() =>
        Prop.ForAll<NonNull<string>>(text => ComesBack(Plain(text.Get))).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_list_is_read_as_it_was_written() =>
        Prop.ForAll<NonNull<string>[], NonNull<string>>((texts, text) => ComesBack(new object?[] { texts.Select(t => (object?)Plain(t.Get)).ToArray(), Plain(text.Get), null, Array.Empty<object?>() })).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("a\n")]
    [InlineData("a\n\n")]
    [InlineData("\na")]
    [InlineData("\n\n  a\n b")]
    [InlineData("a\n \n")]
    [InlineData("a \nb\t\n")]
    [InlineData("# a\n- b\n")]
    [InlineData("a\r\nb")]
    [InlineData("\n")]
    [InlineData("${A}\n${b}\n")]
    public void Lines_are_read_as_they_were_written(string text)
    {
        ComesBack(text);
        ComesBack(new object?[] { text, new object?[] { text } });
    }

    /// <summary>Halves of characters can't stand in a file.</summary>
    private static string Plain(string text) => string.Concat(text.Where(c => !char.IsSurrogate(c)));
}
