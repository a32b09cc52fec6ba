using Amavis.Mime.Structure;
using Amavis.Testing;

namespace Amavis.Mime.Tests.Structure;

public sealed class FileNamesTests
{
    [Fact]
    public void Encoded_word_gives_the_decoded_and_the_raw_name_before_the_one_of_the_type()
    {
        Names("Content-Type: application/octet-stream; name=\"a.txt\"", "Content-Disposition: attachment; filename=\"=?utf-8?Q?b=C4=8D.txt?=\"")
            .ShouldBe(["bč.txt", "=?utf-8?Q?b=C4=8D.txt?=", "a.txt"]);
    }

    [Fact]
    public void Extended_value_is_written_as_an_encoded_word_in_raw_form()
    {
        Names("Content-Disposition: attachment; filename*=utf-8''b%C4%8D%20x.exe").ShouldBe(["bč x.exe", "=?utf-8?Q?b=C4=8D_x.exe?="]);
    }

    [Fact]
    public void Same_name_in_both_fields_is_listed_once()
    {
        Names("Content-Type: x/y; name=a.txt", "Content-Disposition: attachment; filename=a.txt").ShouldBe(["a.txt"]);
    }

    [Theory]
    // Every reading of pieces that are out of order, doubled or with gaps.
    [InlineData("filename*1=\".exe\"; filename*0=\"evil\"", new[] { "evil.exe" })]
    [InlineData("filename*0=\"evil\"; filename*1=\".e\"; filename*2=\"xe\"", new[] { "evil.exe" })]
    [InlineData("filename*0=\"evil\"; filename*2=\".exe\"", new[] { "evil", "evil.exe" })]
    [InlineData("filename*0=\"a.txt\"; filename*0=\"b.exe\"", new[] { "a.txt", "b.exe" })]
    [InlineData("filename*0*=utf-8''e%76il; filename*1=\".exe\"", new[] { "evil.exe" })]
    [InlineData("filename*0*=utf-8''a%; filename*1*=%2Eexe", new[] { "a%.exe" })]
    [InlineData("filename=\"a.txt\"; filename*=utf-8''b.exe", new[] { "b.exe", "a.txt" })]
    [InlineData("filename=a.txt; filename=b.exe", new[] { "a.txt", "b.exe" })]
    // Charsets.
    [InlineData("filename*=iso-8859-1''%E4.exe", new[] { "ä.exe" })]
    [InlineData("filename*=x-none''%E4.exe", new[] { "ä.exe" })]
    [InlineData("filename*=utf-16le''e%00x%00e%00", new[] { "exe" })]
    [InlineData("filename*=''a.exe", new[] { "a.exe" })]
    [InlineData("filename*=a.exe", new[] { "a.exe" })]
    [InlineData("filename=\"\u00e4.exe\"", new[] { "ä.exe" })]
    [InlineData("filename=\"\u00c3\u00a4.exe\"", new[] { "ä.exe" })]
    [InlineData("filename=\"=?utf-7?Q?+AGU-xe?=\"", new[] { "exe" })]
    // Encoded words that are split, unquoted, or not alone.
    [InlineData("filename==?utf-8?B?ZXZpbC5leGU=?=", new[] { "evil.exe" })]
    [InlineData("filename=\"=?utf-8?B?ZXZp?= =?utf-8?B?bC5leGU=?=\"", new[] { "evil.exe" })]
    [InlineData("filename=\"a=?utf-8?Q?.e?=xe\"", new[] { "a.exe" })]
    // What becomes of it on a file system.
    [InlineData("filename=\"dir/evil.exe\"", new[] { "dir/evil.exe", "evil.exe" })]
    [InlineData("filename=\"C:\\\\dir\\\\evil.exe\"", new[] { "evil.exe" })]
    [InlineData("filename=\"evil.exe. . \"", new[] { "evil.exe" })]
    [InlineData("filename*=utf-8''evil.exe%00.txt", new[] { "evil.exe", "evil.exe.txt" })]
    [InlineData("filename=\"evil%2Eexe\"", new[] { "evil.exe", "evil%2Eexe" })]
    [InlineData("filename*=utf-8''a%E2%80%AEtxt.exe", new[] { "atxt.exe" })]
    [InlineData("filename=\"a\\.exe\"", new[] { "a.exe" })]
    // Sloppy writing.
    [InlineData("filename=two words.exe", new[] { "two words.exe", "two" })]
    [InlineData("filename=\"open.exe", new[] { "open.exe" })]
    [InlineData("filename=\"a;b.exe\"", new[] { "a;b.exe" })]
    [InlineData("FileName = \"a.exe\" (comment)", new[] { "a.exe" })]
    [InlineData("name=a.exe", new[] { "a.exe" })]
    public void Every_name_a_reader_could_see_is_found(string parameters, string[] expected)
    {
        var names = Names($"Content-Disposition: attachment; {parameters}");
        foreach (var name in expected)
            names.ShouldContain(name);
    }

    [Fact]
    public void Parameters_over_several_lines_are_joined()
    {
        Names("Content-Disposition: attachment;\n filename*0=\"ev\";\n\tfilename*1=\"il.exe\"").ShouldContain("evil.exe");
    }

    [Fact]
    public void Long_name_keeps_its_beginning_and_its_end()
    {
        var name = Names($"Content-Disposition: attachment; filename=\"{new string('x', 20_000)}.exe\"")[0];
        name.Length.ShouldBe(FileNames.MaxLength);
        name.ShouldEndWith(".exe");
    }

    [Fact]
    public void Names_of_one_part_are_limited()
    {
        var parameters = string.Concat(Enumerable.Range(0, 200).Select(i => $"; filename=f{i}"));
        Names("Content-Disposition: attachment" + parameters).Count.ShouldBe(FileNames.MaxNames);
    }

    private static IReadOnlyList<string> Names(params string[] fields) =>
        MimeReader.Read(Octets.Crlf(string.Join('\n', fields) + "\n\nx\n")).Root.FileNames;
}
