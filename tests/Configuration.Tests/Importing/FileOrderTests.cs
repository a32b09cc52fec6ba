namespace Amavis.Configuration.Tests.Importing;

public sealed class FileOrderTests : ImportFixture
{
    [Fact]
    public void Files_of_a_directory_are_read_in_the_order_of_their_names()
    {
        Write("conf.d/50-user", "$log_level = 3;\n1;\n");
        Write("conf.d/05-first", "use strict;\n$log_level = 1; $max_servers = 4;\n1;\n");
        Write("conf.d/50-user.dpkg-old", "$log_level = 5;\n");
        Write("conf.d/README.txt", "This is no configuration.\n");
        Write("conf.d/sub/99-x", "$log_level = 5;\n");
        var result = ImportFiles(Path.Combine(Root, "conf.d"));
        result.Files.Select(Path.GetFileName).ShouldBe(["05-first", "50-user"]);
        (Value(result, "log_level"), Value(result, "max_servers")).ShouldBe(("3", "4"));
        result.Refused.ShouldBeEmpty();
    }

    [Fact]
    public void Directories_and_files_are_read_in_the_order_given_and_share_their_variables()
    {
        Write("a/20-package", "@bypass_virus_checks_maps = (1);\n$MYHOME = '/var/lib/amavis';\n");
        Write("b/15-mode", "$QUARANTINEDIR = \"$MYHOME/q\";\n@bypass_virus_checks_maps = (\\%bypass_virus_checks, \\@bypass_virus_checks_acl, \\$bypass_virus_checks_re);\n");
        var result = ImportFiles(Path.Combine(Root, "a"), Path.Combine(Root, "b"));
        Value(result, "QUARANTINEDIR").ShouldBe("\"/var/lib/amavis/q\"");
        Value(result, "bypass_virus_checks_maps").ShouldBe("absent");
    }

    [Fact]
    public void Included_files_are_read_at_their_place()
    {
        Write("more.conf", "$log_level = 2;\n");
        Write("other.conf", "$max_servers = 7;\n1;\n");
        Write("third.conf", "$child_timeout = 77;\n");
        var result = Import($"$log_level = 1;\ninclude_config_files('{Root}/more.conf');\ninclude_optional_config_files('{Root}/none.conf', 'other.conf');\nrequire('{Root}/third.conf') if (-e '{Root}/third.conf');\nrequire('{Root}/none.conf') if -e '{Root}/none.conf';\n$max_servers = $max_servers + 1;\n");
        result.Refused.ShouldBeEmpty();
        (Value(result, "log_level"), Value(result, "max_servers"), Value(result, "child_timeout")).ShouldBe(("2", "8", "77"));
        result.Files.Select(Path.GetFileName).ShouldBe(["amavisd.conf", "more.conf", "other.conf", "third.conf"]);
    }

    [Fact]
    public void Files_that_include_each_other_are_read_once()
    {
        Write("more.conf", $"$log_level = 2;\ndo '{Root}/amavisd.conf';\n");
        var result = Import($"do '{Root}/more.conf';\n$max_servers = 3;\n");
        result.Refused.ShouldHaveSingleItem().What.ShouldContain("include each other");
        (Value(result, "log_level"), Value(result, "max_servers")).ShouldBe(("2", "3"));
    }

    [Fact]
    public void Strictness_ends_with_its_file()
    {
        Write("conf.d/10-a", "use strict;\n1;\n");
        Write("conf.d/20-b", "$helper = 3;\n$max_servers = $helper;\n");
        var result = ImportFiles(Path.Combine(Root, "conf.d"));
        result.Refused.ShouldBeEmpty();
        Value(result, "max_servers").ShouldBe("3");
    }

    [Fact]
    public void Text_that_is_not_utf8_is_read_as_latin_1()
    {
        var path = Write("amavisd.conf", "");
        File.WriteAllBytes(path, "# Pr\u00fcfung\n$sa_spam_subject_tag = '\u00fc ';\n"u8.ToArray().Where(b => b != 0xc3).ToArray());
        var result = ImportFiles(path);
        Value(result, "sa_spam_subject_tag").ShouldBe("\"\u00bc \"");
        result.Yaml.ShouldContain("# Pr\u00bcfung");
    }

    [Fact]
    public void Line_ends_of_windows_change_nothing()
    {
        const string text = "# a comment\n$inet_socket_port = [\n  10024, # one\n];\n@mynetworks = qw( 10/8\n  192.0.2.0/24 );\n$notify_release_templ = <<'EOD';\na\nb\nEOD\n$log_level = ;\n$max_servers = 3;\n1;\n";
        var (unix, windows) = (Import(text), Import(text.Replace("\n", "\r\n", StringComparison.Ordinal)));
        windows.Yaml.ShouldBe(unix.Yaml);
        windows.Refused.Count.ShouldBe(unix.Refused.Count);
    }

    [Fact]
    public void Translated_texts_of_notices_are_read()
    {
        Write("de_DE/charset", "UTF-8\n");
        Write("de_DE/template-virus-admin.txt", "From: %f\n\nVirus: %V\n");
        var result = Import($"read_l10n_templates('de_DE', '{Root}');");
        result.Refused.ShouldBeEmpty();
        Value(result, "notify_virus_admin_templ").ShouldContain("Virus: %V");
        Notes("read_l10n_templates('en_US', '/etc/amavis');").ShouldContain(n => n.Contains("built in"));
    }
}
