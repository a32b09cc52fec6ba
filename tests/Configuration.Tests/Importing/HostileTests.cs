using System.Diagnostics;
using System.Text;
using Amavis.Configuration.Importing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Configuration.Tests.Importing;

/// <summary>Files that were made to harm: each is read to its end in a bounded time, or refused, and never breaks the import.</summary>
public sealed class HostileTests : ImportFixture
{
    /// <summary>Far more than any of them takes, and far less than anything that is not linear would.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static string Times(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();

    public static TheoryData<string, string> Files => new()
    {
        { "open brackets", "@inet_acl = " + Times("(", 125_000) },
        { "open maps", "$default_ldap = " + Times("{a=>", 125_000) },
        { "open lists and maps that close", "$default_ldap = " + Times("[{a=>", 100_000) + Times("}]", 100_000) + ";" },
        { "blocks in blocks", Times("{", 125_000) },
        { "conditions in conditions", Times("if (1) {", 50_000) },
        { "blocks that close", Times("if (1) {", 20_000) + Times("}", 20_000) },
        { "unary operators", "$log_level = " + Times("!", 250_000) + "1;" },
        { "links to links", "$log_level = " + Times("\\", 250_000) + "1;" },
        { "dereferences", "$log_level = " + Times("$", 250_000) + "x;" },
        { "assignments in a row", Times("$log_level = ", 75_000) + "1;" },
        { "conditional operators", "$log_level = " + Times("1 ? 1 : ", 75_000) + "1;" },
        { "a long sum", "$child_timeout = 1" + Times("+1", 250_000) + ";" },
        { "a long text", "$logfile = 'a'" + Times(".'a'", 200_000) + ";" },
        { "subscripts", "$log_level = $x" + Times("{a}", 125_000) + ";" },
        { "arrows", "$log_level = $x" + Times("->[0]", 125_000) + ";" },
        { "texts without an end", Times("$x = q(;\n", 75_000) },
        { "more texts without an end", Times("$x = \"\n", 75_000) },
        { "here-documents without an end", Times("$x = <<E;\n", 75_000) },
        { "code without an end", Times("sub {\n", 125_000) },
        { "patterns without an end", Times("$x = qr{(\n", 75_000) },
        { "nonsense", Times("x y z\n", 125_000) },
        { "many good statements", Times("$log_level = 1;\n", 62_500) },
        { "many comments", Times("# comment\n", 100_000) + "$log_level = 1;" },
        { "a long comment", "#" + Times("x", 1_000_000) },
        { "blanks", Times(" \n", 500_000) },
        { "semicolons", Times(";", 1_000_000) },
        { "texts that double", "$x = 'aaaaaaaa';\n" + Times("$x = \"$x$x\";\n", 1000) + "$logfile = $x;" },
        { "lists that double", "@x = (1);\n" + Times("@x = (@x, @x);\n", 1000) + "@inet_acl = @x;" },
        { "lists of themselves", "@inet_acl = (\\@inet_acl); @local_domains_maps = (\\@local_domains_maps);" },
        { "maps of themselves", "$h = {}; $h->{h} = $h; $default_ldap = $h;" },
        { "links of themselves", "$log_level = \\$log_level; $forward_method = [$forward_method, \\$forward_method];" },
        { "lists that grow deep", "$x = [];\n" + Times("$x = [$x];\n", 100_000) + "$default_ldap = {a => $x};" },
        { "loops in loops", "for my $a (1..9999) { for my $b (1..9999) { for my $c (1..9999) { $x = $a } } }" },
        { "ranges", Times("@x = (1..99999, 1..99999);\n", 1000) },
        { "a range without bounds", "@x = (1..1e300); @y = (1..'x');" },
        { "repetition", "$x = 'a' x 1e9; $logfile = 'aaaaaaaaaa' x 1e308;" },
        { "numbers", "$log_level = 1" + Times("0", 250_000) + "; $max_servers = 1e999; $child_timeout = 0x" + Times("f", 250_000) + ";" },
        { "a pattern that takes long", "@x = split(/(a+)+(?!b)$/, '" + Times("a", 100_000) + "c');" },
        { "a long pattern", "$banned_filename_re = new_RE(qr/" + Times("(a|b)?", 20_000) + "/);" },
        { "deep patterns", "$banned_filename_re = new_RE(qr/" + Times("(", 20_000) + Times(")", 20_000) + "/);" },
        { "long keys", "$policy_bank{'" + Times("x", 100_000) + "'} = {}; $sql_clause{\"a\\nb\"} = 1;" },
        { "many keys", "%spam_lovers = (" + Times("a,1,", 125_000) + ");" },
        { "many banks", string.Concat(Enumerable.Range(0, 3000).Select(i => $"$policy_bank{{'B{i}'}} = {{ log_level => 1 }};\n")) },
        { "many faulty elements", "@av_scanners = (" + Times("['x', sub {0}],\n", 20_000) + ");" },
        { "control characters", "$logfile = \"\\x00\\x01\\x7f\\x{2028}\"; $x = '\u0001\u0002'; # \u0003\n$sa_spam_subject_tag = \"\\x{feff}\\e[31m\"; # \u0085 \u2028\n" },
        { "half characters", "$logfile = \"\\x{d800}\\x{110000}\\x{ffffffff}\";" },
        { "strange delimiters", "$x = q\u00e9a\u00e9; $y = qr\u0001a\u0001; $z = qw{a{b}c}; $w = q'a'" },
        { "ends in the middle", "$policy_bank{'X'}{" },
        { "ends in a quoting word", "$x = q" },
        { "ends in a here-document", "$x = <<" },
        { "ends in a backslash", "$x = 'a\\" },
        { "ends in a sigil", "$" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_hostile_file_is_read_in_bounded_time(string kind, string text)
    {
        var clock = Stopwatch.StartNew();
        var result = Import(text);
        clock.Elapsed.ShouldBeLessThan(Deadline, kind);
        Loaded(result);
        result.Refused.Count.ShouldBeLessThan(100_000);
    }

    [Fact]
    public void A_file_that_is_too_large_is_a_fault()
    {
        ConfigurationImporter.Import([Write("x", new string(' ', ImportLimits.FileOctets + 1))], new ImportOptions("h", _ => null), out var fault).ShouldBeNull();
        fault.ShouldNotBeNull().ShouldContain("larger than");
    }

    [Fact]
    public void A_file_of_nonsense_is_given_up_early()
    {
        var result = Import(Times("this is no configuration;\n", 1000));
        result.Refused.Count.ShouldBeLessThanOrEqualTo(ImportLimits.Faults + 1);
        result.Refused[^1].What.ShouldContain("the rest is left alone");
    }

    [Fact]
    public void Files_that_include_others_without_end_are_bounded()
    {
        for (var i = 0; i < 150; i++)
            Write($"f{i}", $"do '{Root}/f{i + 1}';\n$log_level = 1;\n");
        var result = ImportFiles(Path.Combine(Root, "f0"));
        result.Files.Count.ShouldBe(ImportLimits.IncludeDepth);
        result.Refused.ShouldHaveSingleItem();
    }

    [Fact]
    public void Any_text_is_imported_or_refused() =>
        Prop.ForAll<NonNull<string>>(text => Loaded(Import(text.Get.Replace('\0', ' ')))).QuickCheckThrowOnFailure();

    /// <summary>Pieces of the language in any order reach what random letters never do.</summary>
    [Fact]
    public void Any_pieces_of_the_language_are_imported_or_refused()
    {
        string[] pieces =
        [
            "$log_level", "@inet_acl", "%policy_bank", "$policy_bank{'X'}", "{", "}", "(", ")", "[", "]", "=", "=>", ",", ";", "\n", "'a'", "\"$x\"", "qw(a b)",
            "qr'a'i", "new_RE(", "sub {", "if", "for", "map", "<<'E'\n", "E\n", "#c\n", "\\", "->", "&", "undef", "push", "1", "-", ".", "q{", "`x`", "dkim_key(", "delete",
        ];
        Prop.ForAll<int[]>(choices => Loaded(Import(string.Join(' ', choices.Select(c => pieces[Math.Abs(c % pieces.Length)]))))).QuickCheckThrowOnFailure();
    }
}
