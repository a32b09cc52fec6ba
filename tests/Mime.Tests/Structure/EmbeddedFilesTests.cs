using Amavis.Mime.Structure;
using Amavis.Mime.Transfer;
using Amavis.Testing;

namespace Amavis.Mime.Tests.Structure;

public sealed class EmbeddedFilesTests
{
    [Fact]
    public void Uuencoded_files_in_a_text_become_parts_with_the_text_around_them()
    {
        var message = Octets.Crlf("Subject: x\n\nbefore\nbegin 644 my file.exe\n#86)C\n`\nend\nbetween\nbegin 644 b.gif\n#86)C\n`\nend\nafter\n");
        var tree = MimeReader.Read(message);
        tree.Root.MediaType.ShouldBe("multipart/mixed");
        tree.Root.HoldsEmbedded.ShouldBeTrue();
        tree.Entities.Skip(1).Select(e => e.MediaType).ShouldBe(["text/plain", "application/octet-stream", "text/plain", "image/gif", "text/plain"]);
        tree.Entities.Skip(1).Select(e => Decoded(message, e)).ShouldBe(["before\r\n", "abc", "between\r\n", "abc", "after\r\n"]);
        tree.Entities[2].FileNames.ShouldBe(["my file.exe"]);
        tree.Defects.ShouldBeEmpty();
    }

    [Fact]
    public void Blank_text_around_a_file_is_no_part()
    {
        Read("\n\nbegin 644 a\n#86)C\n`\nend\n\n").Entities.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("begin 644 a\nthis is no data at all, but prose\nend\n")]
    [InlineData("begin 64 a\n#86)C\n`\nend\n")]
    [InlineData("begin again\n#86)C\n")]
    [InlineData("begin 644 a\n`\nend\n")]
    public void Begin_line_without_data_stays_text(string body)
    {
        var tree = Read(body);
        tree.Entities.Count.ShouldBe(1);
        tree.Root.MediaType.ShouldBe("text/plain");
    }

    [Fact]
    public void File_without_its_end_goes_to_the_end_of_the_text()
    {
        var tree = Read("begin 644 a\n#86)C\n#86)C\n");
        tree.Defects.ShouldHaveSingleItem().Kind.ShouldBe(MimeDefectKind.EmbeddedFileNotEnded);
        tree.Entities.Count.ShouldBe(2);
    }

    [Fact]
    public void Delimiter_ends_a_file()
    {
        var message = Octets.Crlf("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nbegin 644 a\n#86)C\n--b\n\nz\n--b--\n");
        var tree = MimeReader.Read(message);
        tree.Entities.Select(e => e.Depth).ShouldBe([0, 1, 2, 1]);
        Decoded(message, tree.Entities[2]).ShouldBe("abc");
    }

    [Theory]
    [InlineData("Content-Type: text/html\n")]
    [InlineData("Content-Transfer-Encoding: quoted-printable\n")]
    [InlineData("Content-Transfer-Encoding: base64\n")]
    public void Only_plain_text_as_it_stands_is_searched(string header)
    {
        MimeReader.Read(Octets.Crlf(header + "\nbegin 644 a\n#86)C\n`\nend\n")).Entities.Count.ShouldBe(1);
    }

    [Fact]
    public void BinHex_file_becomes_a_part_with_the_name_it_carries()
    {
        // The sample has a run of octets, and the octet that marks runs.
        var message = Octets.Crlf("\ntext\n(This file must be converted with BinHex 4.0)\n\n" + BinHexSamples.Hello + "\nafter\n");
        var tree = MimeReader.Read(message);
        tree.Entities.Count.ShouldBe(4);
        tree.Entities[2].FileNames.ShouldBe(["hi.txt"]);
        tree.Entities[2].Encoding.ShouldBe(TransferEncoding.BinHex);
        Decoded(message, tree.Entities[2]).ShouldBe(BinHexSamples.HelloText);
    }

    private static MimeTree Read(string body) => MimeReader.Read(Octets.Crlf("\n" + body));

    private static string Decoded(byte[] message, MimeEntity entity) =>
        Octets.Text(TransferDecoder.DecodeAll(entity.Encoding, message.AsSpan((int)entity.Body.Offset, (int)entity.Body.Length)));
}
