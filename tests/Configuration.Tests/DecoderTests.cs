using Amavis.Core.Policy;

namespace Amavis.Configuration.Tests;

/// <summary>Which program unpacks which type, and how types are named.</summary>
public sealed class DecoderTests : ConfigurationFixture
{
    private const string Quiet = "listen_sockets: 10024\n";

    [Fact]
    public void Entries_name_types_a_decoder_and_programs()
    {
        var entries = Good("""
            decoders:
              - [mail, do_mime_decode]
              - [[zip, kmz], do_7zip, [7za, 7z]]
              - [gz, do_uncompress, gzip -d]
              - [bz2, do_uncompress, null]
              - [exe, do_executable, [unrar, rar], lha, [[unarj]]]
              - [foo, do_uncompress, []]
            """).Decoders.Entries.ShouldNotBeNull();

        entries.Select(e => e.ToString()).ShouldBe(["[[mail], do_mime_decode]", "[[zip, kmz], do_7zip, 7za, 7z]", "[[gz], do_uncompress, gzip -d]", "[[bz2], do_uncompress]", "[[exe], do_executable, unrar, rar, lha, unarj]", "[[foo], do_uncompress]"]);
        entries[0].Programs.ShouldBeNull();
        entries[3].Programs.ShouldNotBeNull().ShouldBeEmpty();
    }

    [Fact]
    public void Without_entries_the_built_in_table_is_used() => Good(Quiet + "decoders: null\n").Decoders.ShouldBe(DecoderSettings.Default);

    [Fact]
    public void A_policy_bank_may_have_entries_of_its_own()
    {
        var settings = Good("unrar: /opt/unrar\npolicy_bank: {A: {decoders: [[zip, built-in]]}}\n");
        settings.Decoders.Entries.ShouldBeNull();

        var bank = PolicyState.Base(settings).Load("A").Settings;
        bank.Decoders.Entries.ShouldNotBeNull().ShouldHaveSingleItem().Decoder.ShouldBe("built-in");
        bank.Decoders.Programs["unrar"].ShouldBe(["/opt/unrar"]);
    }

    [Fact]
    public void Programs_are_one_command_or_several_or_none()
    {
        var programs = Good(Quiet + "unrar: [/opt/unrar, rar]\narc: null\ngzip: gzip\n").Decoders.Programs;

        programs["unrar"].ShouldBe(["/opt/unrar", "rar"]);
        programs["arc"].ShouldBeEmpty();
        programs["gzip"].ShouldBe(["gzip"]);
        programs.ContainsKey("zoo").ShouldBeFalse();
    }

    [Fact]
    public void Types_are_named_by_patterns_over_their_description()
    {
        var settings = Good("""
            map_full_type_to_short_type_maps:
              - regexp: [["^Foo archive", foo], ["^Zip archive"], ["^Bar", [image, bar]]]
              - {data: dat}
            """);

        settings.MapFullTypeToShortTypeMaps.FindText("Foo archive data")!.Text.ShouldBe("foo");
        settings.MapFullTypeToShortTypeMaps.FindText("Bar picture")!.Text.ShouldBe("image,bar");
        settings.MapFullTypeToShortTypeMaps.FindText("data")!.Text.ShouldBe("dat");
        settings.MapFullTypeToShortTypeMaps.FindText("something else").ShouldBeNull();
        Good(Quiet + "map_full_type_to_short_type_re: [[\"^Foo\", foo]]\n").MapFullTypeToShortTypeMaps.FindText("Foo")!.Text.ShouldBe("foo");
    }

    [Fact]
    public void Kept_originals_are_named_by_patterns()
    {
        Good(Quiet + "keep_decoded_original_re: [\"^MAIL$\", \"(?i)^(ASCII(?! cpio)|text)\"]\n").KeepDecodedOriginalMaps.FindText("ASCII text")!.IsTrue.ShouldBeTrue();
        var settings = Good(Quiet + "keep_decoded_original_maps: [{regexp: [[\"^Zip\", false], \"^MAIL$\"]}]\n");
        settings.KeepDecodedOriginalMaps.FindText("MAIL")!.IsTrue.ShouldBeTrue();
        settings.KeepDecodedOriginalMaps.FindText("Zip archive data")!.IsTrue.ShouldBeFalse();
    }

    [Theory]
    [InlineData("decoders: zip", "amavis.yaml:1:11: decoders: expects a list of entries [types, decoder, programs], got \"zip\"")]
    [InlineData("decoders: [zip]", "amavis.yaml:1:12: decoders: expects an entry [types, decoder, programs], got \"zip\"")]
    [InlineData("decoders: [[zip, do_unzib]]", "amavis.yaml:1:18: decoders: there is no decoder \"do_unzib\"; did you mean \"do_unzip\"?")]
    [InlineData("decoders: [[[], do_unzip]]", "amavis.yaml:1:13: decoders: names no type")]
    [InlineData("unrar: {a: b}", "amavis.yaml:1:8: unrar: expects a text, got a map")]
    public void Mistakes_are_named_with_their_place(string yaml, string expected) => Mistake(yaml).ShouldBe(expected);
}
