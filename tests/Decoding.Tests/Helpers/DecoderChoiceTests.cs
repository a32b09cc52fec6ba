using Amavis.Core.Lookups;
using Amavis.Core.Parts;
using Amavis.Core.Policy;
using Amavis.Decoding.Limits;
using Amavis.Testing;

namespace Amavis.Decoding.Tests.Helpers;

/// <summary>The configuration's tables: which program unpacks which type, what types are called, what is kept.</summary>
public sealed class DecoderChoiceTests : IDisposable
{
    private const string SevenZipMagic = "7z\u00bc\u00af\u0027\u001c";

    private readonly TestDirectory _programs = new();

    public void Dispose() => _programs.Dispose();

    private UnpackLimits Limits(params DecoderEntry[] entries) => new()
    {
        ProgramPath = _programs.Path + ":/usr/bin:/bin",
        Decoders = new DecoderSettings { Entries = entries },
    };

    private UnpackLimits WithPrograms(string variable, params string[] commands) => new()
    {
        ProgramPath = _programs.Path + ":/usr/bin:/bin",
        Decoders = DecoderSettings.Default.WithPrograms(variable, commands),
    };

    private void Program(string name, string lines)
    {
        var path = _programs.FilePath(name);
        File.WriteAllText(path, "#!/bin/sh\n" + lines + "\n");
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("755", 8));
    }

    private static DecoderEntry Entry(string type, string decoder, params string[] programs) => new([type], decoder, programs.Length == 0 ? null : programs);

    private static byte[] Text(string text) => Octets.Of(text);

    [Fact]
    public void A_type_in_no_entry_is_not_unpacked_and_marked()
    {
        using var unpacked = Mails.UnpackFile("a.gz", Archived.Gzip(Text("x")), Limits(Entry("zip", "do_unzip")));

        unpacked.Members.ShouldBeEmpty();
        unpacked[2].Attributes.ShouldBe(PartAttributes.Undecipherable);
    }

    [Theory]
    [InlineData("do_gunzip")]
    [InlineData("built-in")]
    [InlineData("do_uncompress", "gzip -d")]
    [InlineData("do_uncompress", "pigz -dc")]
    [InlineData("do_7zip", "7za", "7z")]
    public void Our_own_reader_stands_in_for_the_usual_programs(string decoder, params string[] programs)
    {
        using var unpacked = Mails.UnpackFile("a.txt.gz", Archived.Gzip(Text("own")), Limits(Entry("gz", decoder, programs)) with { UsesHelpers = false });

        Unpacked.Text(unpacked.Members.ShouldHaveSingleItem()).ShouldBe("own");
    }

    [Fact]
    public void A_program_of_ones_own_is_run()
    {
        Program("my-gunzip", "echo \"$1\"; wc -c");
        var octets = Archived.Gzip(Text("x"));
        using var unpacked = Mails.UnpackFile("a.txt.gz", octets, Limits(Entry("gz", "do_uncompress", "not-there", "my-gunzip --fast")));

        Unpacked.Text(unpacked.Members.ShouldHaveSingleItem()).ShouldBe($"--fast\n{octets.Length}\n");
        unpacked.Members[0].Names.ShouldBe(["a.txt"]);
    }

    [Fact]
    public void An_entry_without_an_installed_program_is_passed_over_for_the_next()
    {
        Program("mine", "echo second");
        using var unpacked = Mails.UnpackFile("a.xz", Text("\u00fd7zXZ\0x"), Limits(
            new DecoderEntry(["xz"], "do_uncompress", []), Entry("xz", "do_uncompress", "not-there -d"), Entry("xz", "do_uncompress", "mine"), Entry("xz", "do_uncompress", "xz -dc")));

        Unpacked.Text(unpacked.Members.ShouldHaveSingleItem()).ShouldBe("second\n");
    }

    [Fact]
    public void A_program_with_arguments_gets_archive_and_directory_where_they_are_named()
    {
        Program("foo-unpack", "[ \"$1\" = --from ] && [ \"$3\" = --to ] && cp \"$2\" \"$4/copy\"");
        using var unpacked = Mails.UnpackFile("a.7z", Text(SevenZipMagic + "!"), Limits(Entry("7z", "do_7zip", "foo-unpack --from {in} --to {out}")));

        Unpacked.Text(unpacked.Members.ShouldHaveSingleItem()).ShouldBe(SevenZipMagic + "!");
        unpacked[2].Attributes.ShouldBe(PartAttributes.None);
    }

    [Fact]
    public void A_type_named_by_the_configuration_can_have_a_decoder()
    {
        Program("foo-unpack", "cat >out; echo done");
        var limits = Limits(Entry("foo", "do_uncompress", "foo-unpack"))
            with { ShortTypes = Maps(("^EICAR", "foo,bar")) };
        using var unpacked = Mails.Unpack(Mails.With(("a", TestVirus.Eicar)), limits);

        unpacked[2].ShortTypes.ShouldBe(["foo", "bar"]);
        Unpacked.Text(unpacked.Members.ShouldHaveSingleItem()).ShouldBe("done\n");
    }

    [Fact]
    public void Types_the_configuration_does_not_name_are_those_built_in()
    {
        using var unpacked = Mails.UnpackFile("a.gz", Archived.Gzip(TestVirus.Eicar), new UnpackLimits { ShortTypes = Maps(("^EICAR", "virus")) });

        unpacked[2].ShortTypes.ShouldBe(["gz"]);
        unpacked.Members.ShouldHaveSingleItem().ShortTypes.ShouldBe(["virus"]);
    }

    [Fact]
    public void Documents_that_are_zip_archives_go_by_the_entry_for_zip()
    {
        var document = Archived.Zip(("[Content_Types].xml", "<x/>"), ("word/document.xml", "<y/>"));
        using var unpacked = Mails.UnpackFile("a.docx", document, Limits(Entry("doc", "do_ole", "ripole"), Entry("zip", "do_7zip", "7z")));

        unpacked[2].ShortTypes.ShouldBe(["doc"]);
        unpacked.Members.Count.ShouldBe(2);
    }

    [Fact]
    public void Kinds_without_a_name_in_the_table_are_unpacked_all_the_same()
    {
        Program("lzip", "echo lz");
        using var unpacked = Mails.UnpackFile("a.lz", Text("LZIP\u0001\u000c"), Limits(Entry("zip", "do_unzip")));

        Unpacked.Text(unpacked.Members.ShouldHaveSingleItem()).ShouldBe("lz\n");
    }

    [Fact]
    public void Texts_are_searched_for_encoded_files_when_the_table_says_so()
    {
        var text = Text("a line\nbegin 644 x.exe\n#9F]O\n`\nend\n");
        using (var off = Mails.UnpackFile("a.txt", text))
            off.Members.ShouldBeEmpty();

        using var on = Mails.UnpackFile("a.txt", text, Limits(Entry("asc", "do_ascii")));
        on.Members.ShouldHaveSingleItem().Names.ShouldBe(["x.exe"]);
        Unpacked.Text(on.Members[0]).ShouldBe("foo");
        on[2].Attributes.ShouldBe(PartAttributes.None);
    }

    [Fact]
    public void A_variable_names_the_program_of_a_built_in_decoder()
    {
        Program("my-7", "echo never");
        Program("my-unrar", "echo mine >a.txt");
        using var unpacked = Mails.UnpackFile("a.rar", Text("Rar!\u001a\u0007\u0001\0rest of it all"), WithPrograms("unrar", "not-there", "my-unrar"));

        Unpacked.Text(unpacked.Members.ShouldHaveSingleItem()).ShouldBe("mine\n");
    }

    [Fact]
    public void A_variable_may_take_a_format_from_our_own_reader()
    {
        Program("my-gzip", "echo \"my $1\"");
        using var newer = Mails.UnpackFile("a.gz", Archived.Gzip(Text("own")), WithPrograms("gunzip", "my-gzip -z"));
        Unpacked.Text(newer.Members.ShouldHaveSingleItem()).ShouldBe("my -z\n");

        using var older = Mails.UnpackFile("a.gz", Archived.Gzip(Text("own")), WithPrograms("gzip", "my-gzip"));
        Unpacked.Text(older.Members.ShouldHaveSingleItem()).ShouldBe("my -d\n");

        using var usual = Mails.UnpackFile("a.gz", Archived.Gzip(Text("own")), WithPrograms("gzip", "gzip"));
        Unpacked.Text(usual.Members.ShouldHaveSingleItem()).ShouldBe("own");
    }

    [Fact]
    public void A_variable_that_is_null_takes_a_program_away()
    {
        Program("arc", "echo x >a");
        Program("nomarch", "echo x >a");
        var archive = Text("\u001a\u0002A.TXT\0\0\0\0\0\0\0\0\u0001\0\0\0\u0021\u0050\0\0\0\0\u0001\0\0\0x\u001a\0");
        using var with = Mails.UnpackFile("a.arc", archive, WithPrograms("zoo"));
        with[2].ShortTypes.ShouldBe(["arc"]);
        with.Members.ShouldHaveSingleItem();

        using var without = Mails.UnpackFile("a.arc", archive, WithPrograms("arc"));
        without.Members.ShouldBeEmpty();
        without[2].Attributes.ShouldBe(PartAttributes.Undecipherable);
    }

    [Fact]
    public void Programs_that_carry_archives_are_opened_when_the_table_has_them_or_there_is_none()
    {
        Program("unrar", "echo inside >a.txt");
        byte[] program = [.. "MZ"u8, .. new byte[300], .. Text("Rar!\u001a\u0007\u0001\0rest of it all.....................................")];
        using (var built = Mails.UnpackFile("a.exe", program, new UnpackLimits { ProgramPath = _programs.Path + ":/usr/bin:/bin" }))
        {
            built[2].Attributes.ShouldBe(PartAttributes.None);
            built[2].IsUnpacked.ShouldBeFalse();
            Unpacked.Text(built.Members.ShouldHaveSingleItem()).ShouldBe("inside\n");
        }

        using (var named = Mails.UnpackFile("a.exe", program, Limits(Entry("exe", "do_executable", "unrar", "lha", "unarj"))))
            named.Members.ShouldHaveSingleItem();
        using var unnamed = Mails.UnpackFile("a.exe", program, Limits(Entry("rar", "do_unrar", "unrar")));
        unnamed.Members.ShouldBeEmpty();
        unnamed[2].Attributes.ShouldBe(PartAttributes.None);
    }

    [Fact]
    public void A_program_that_only_holds_a_signature_is_no_archive()
    {
        byte[] program = [.. "MZ"u8, .. new byte[300], .. Text("Rar!\u001a\u0007"), .. new byte[50], .. Text(SevenZipMagic), .. new byte[50], .. "MSCF"u8, .. new byte[60], 0x60, 0xea, 40, 0, 34, .. new byte[90]];
        using var unpacked = Mails.UnpackFile("a.exe", program);

        unpacked[2].Attributes.ShouldBe(PartAttributes.None);
        unpacked.Members.ShouldBeEmpty();
    }

    [Fact]
    public void Kept_originals_do_not_count_as_unpacked()
    {
        var zip = Archived.Zip(("a.txt", "x"));
        using (var plain = Mails.UnpackFile("a.zip", zip))
            plain[2].IsUnpacked.ShouldBeTrue();

        using var kept = Mails.UnpackFile("a.zip", zip, new UnpackLimits { KeptOriginals = Maps(("^Zip archive data", "1")) });
        kept[2].IsUnpacked.ShouldBeFalse();
        kept.Tree.KeepsWholeMessage.ShouldBeFalse();
    }

    [Fact]
    public void The_whole_message_is_kept_when_it_is_named()
    {
        using var unpacked = Mails.UnpackFile("a.txt", Text("x"), new UnpackLimits { KeptOriginals = Maps(("^MAIL$", "1")) });

        unpacked.Tree.KeepsWholeMessage.ShouldBeTrue();
    }

    private static LookupMaps Maps(params (string Pattern, string Value)[] rules) =>
        new([new RegexTable([.. rules.Select(r => new RegexRule(new System.Text.RegularExpressions.Regex(r.Pattern), new LookupValue(r.Value)))])]);
}
