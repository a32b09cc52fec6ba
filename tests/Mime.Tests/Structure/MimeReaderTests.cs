using Amavis.Mime.Structure;
using Amavis.Mime.Transfer;
using Amavis.Testing;

namespace Amavis.Mime.Tests.Structure;

public sealed class MimeReaderTests
{
    private const string Mixed = """
        From: a@b.test
        Content-Type: multipart/mixed; boundary="XX"

        preamble
        --XX

        one
        --XX
        Content-Type: text/html; charset=utf-8
        Content-Transfer-Encoding: quoted-printable

        <p>

        --XX--
        epilogue

        """;

    [Fact]
    public void A_part_without_content_fields_does_not_get_those_of_the_next()
    {
        var tree = MimeReader.Read(Octets.Crlf("""
            Content-Type: multipart/mixed; boundary="XX"

            --XX

            one
            --XX
            Content-Type: text/html; name="a.html"
            Content-Disposition: attachment; filename="a.html"

            <p>
            --XX--

            """));
        tree.Entities[1].ContentTypes.ShouldBeEmpty();
        tree.Entities[1].Dispositions.ShouldBeEmpty();
        tree.Entities[2].ContentTypes.ShouldHaveSingleItem();
        tree.Entities[2].Dispositions.ShouldHaveSingleItem();
    }

    [Fact]
    public void Text_without_content_fields_is_one_leaf_of_type_text_plain()
    {
        var message = Octets.Crlf("Subject: x\n\nHello\n");
        var tree = MimeReader.Read(message);
        tree.Entities.Count.ShouldBe(1);
        tree.Root.MediaType.ShouldBe("text/plain");
        tree.Root.IsLeaf.ShouldBeTrue();
        Slice(message, tree.Root.Header).ShouldBe("Subject: x\r\n");
        Slice(message, tree.Root.Body).ShouldBe("Hello\r\n");
        tree.Defects.ShouldBeEmpty();
    }

    [Fact]
    public void Line_end_before_a_delimiter_belongs_to_the_delimiter()
    {
        var message = Octets.Crlf(Mixed);
        var tree = MimeReader.Read(message);
        tree.Defects.ShouldBeEmpty();
        tree.Entities.Count.ShouldBe(3);
        Slice(message, tree.Root.Preamble!.Value).ShouldBe("preamble");
        Slice(message, tree.Entities[1].Header).ShouldBe("");
        Slice(message, tree.Entities[1].Body).ShouldBe("one");
        Slice(message, tree.Entities[2].Header).ShouldStartWith("Content-Type: text/html");
        Slice(message, tree.Entities[2].Body).ShouldBe("<p>\r\n");
        Slice(message, tree.Root.Epilogue!.Value).ShouldBe("epilogue\r\n");
        tree.Entities[2].Encoding.ShouldBe(TransferEncoding.QuotedPrintable);
        tree.Entities[2].Parameter("charset").ShouldBe("utf-8");
    }

    [Fact]
    public void Lone_line_feeds_end_lines_as_well()
    {
        var message = Octets.Of(Mixed.Replace("\r\n", "\n", StringComparison.Ordinal));
        var tree = MimeReader.Read(message);
        tree.Entities.Select(e => Slice(message, e.Body)).Skip(1).ShouldBe(["one", "<p>\n"]);
    }

    [Fact]
    public void Closing_delimiter_needs_no_line_end()
    {
        var message = Octets.Crlf("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--");
        var tree = MimeReader.Read(message);
        tree.Defects.ShouldBeEmpty();
        Slice(message, tree.Entities[1].Body).ShouldBe("x");
    }

    [Fact]
    public void Blanks_after_a_delimiter_are_padding()
    {
        var tree = Read("Content-Type: multipart/mixed; boundary=b\n\n--b \t\n\nx\n--b--  \n");
        tree.Defects.ShouldBeEmpty();
        tree.Entities.Count.ShouldBe(2);
    }

    [Fact]
    public void Boundary_that_is_the_beginning_of_another_is_told_apart()
    {
        var message = Octets.Crlf("""
            Content-Type: multipart/mixed; boundary="b"

            --b
            Content-Type: multipart/mixed; boundary="b1"

            --b1

            inner
            --b1--
            --b

            outer
            --b--

            """);
        var tree = MimeReader.Read(message);
        tree.Defects.ShouldBeEmpty();
        tree.Entities.Select(e => e.Depth).ShouldBe([0, 1, 2, 1]);
        Slice(message, tree.Entities[2].Body).ShouldBe("inner");
    }

    [Fact]
    public void Inner_multipart_with_the_boundary_of_the_outer_is_ambiguous_and_both_are_closed_in_turn()
    {
        var message = Octets.Crlf("""
            Content-Type: multipart/mixed; boundary="b"

            --b
            Content-Type: multipart/mixed; boundary="b"

            --b

            inner
            --b--
            --b

            outer
            --b--

            """);
        var tree = MimeReader.Read(message);
        Kinds(tree).ShouldBe([MimeDefectKind.NestedSameBoundary]);
        tree.IsAmbiguous.ShouldBeTrue();
        tree.Entities.Select(e => e.Depth).ShouldBe([0, 1, 2, 1]);
    }

    [Fact]
    public void Missing_closing_delimiter_is_an_error_and_the_last_part_goes_to_the_end()
    {
        var message = Octets.Crlf("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\ny\n");
        var tree = MimeReader.Read(message);
        Kinds(tree).ShouldBe([MimeDefectKind.NoClosingDelimiter]);
        tree.Errors.ShouldBe(["multipart ends without its closing boundary"]);
        Slice(message, tree.Entities[1].Body).ShouldBe("x\r\ny\r\n");
    }

    [Fact]
    public void Delimiter_of_an_outer_multipart_ends_the_inner_ones()
    {
        var tree = Read("""
            Content-Type: multipart/mixed; boundary="o"

            --o
            Content-Type: multipart/mixed; boundary="i"

            --i

            x
            --o--

            """);
        Kinds(tree).ShouldBe([MimeDefectKind.CutByOuterDelimiter]);
    }

    [Theory]
    [InlineData("Content-Type: multipart/mixed")]
    [InlineData("Content-Type: multipart/mixed; boundary=\"\"")]
    [InlineData("Content-Type: multipart/mixed; boundary=")]
    public void Multipart_without_a_usable_boundary_is_a_leaf(string field)
    {
        var tree = Read(field + "\n\n--b\n\nx\n--b--\n");
        Kinds(tree).ShouldBe([MimeDefectKind.BoundaryUnusable]);
        tree.Root.IsLeaf.ShouldBeTrue();
        tree.Root.MediaType.ShouldBe("multipart/mixed");
        tree.Root.EffectiveType.ShouldBe("application/x-unparseable-multipart");
    }

    [Theory]
    [InlineData("boundary=\"BB\"; boundary=\"CC\"")]
    [InlineData("boundary=BB;boundary=CC")]
    [InlineData("boundary=\"BB\";\n\tBoundary = \"CC\"")]
    public void Last_of_two_boundary_parameters_counts_and_the_part_is_ambiguous(string parameters)
    {
        var message = Octets.Crlf($"Content-Type: multipart/mixed; {parameters}\n\n--BB\n\nfirst\n--BB--\n--CC\n\nlast\n--CC--\n");
        var tree = MimeReader.Read(message);
        tree.Root.IsAmbiguous.ShouldBeTrue();
        Kinds(tree).ShouldBe([MimeDefectKind.RepeatedBoundary]);
        Slice(message, tree.Entities[1].Body).ShouldBe("last");
        var other = MimeReader.Read(message, tree.OtherReadings().ShouldHaveSingleItem());
        Slice(message, other.Entities[1].Body).ShouldBe("first");
    }

    [Fact]
    public void First_of_two_content_types_counts_and_the_other_is_another_reading()
    {
        var message = Octets.Crlf("Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n");
        var tree = MimeReader.Read(message);
        tree.Root.MediaType.ShouldBe("text/plain");
        tree.IsAmbiguous.ShouldBeTrue();
        MimeReader.Read(message, tree.OtherReadings().ShouldHaveSingleItem()).Entities.Count.ShouldBe(2);
    }

    [Fact]
    public void Content_type_repeated_word_for_word_is_not_ambiguous()
    {
        Read("Content-Type: text/html\nContent-Type: text/html\n\nx\n").Defects.ShouldBeEmpty();
    }

    [Fact]
    public void Two_transfer_encodings_give_the_other_one_to_scan_as_well()
    {
        var tree = Read("Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n\naGk=\n");
        tree.Root.Encoding.ShouldBe(TransferEncoding.SevenBit);
        tree.Root.OtherEncodings.ShouldBe([TransferEncoding.Base64]);
        tree.Root.IsAmbiguous.ShouldBeTrue();
    }

    [Theory]
    [InlineData("base64", TransferEncoding.Base64)]
    [InlineData(" BASE64 (really)", TransferEncoding.Base64)]
    [InlineData("base64;", TransferEncoding.Base64)]
    [InlineData("\"base64\"", TransferEncoding.Base64)]
    [InlineData("base64\0", TransferEncoding.Base64)]
    [InlineData("Quoted-Printable", TransferEncoding.QuotedPrintable)]
    [InlineData("x-uuencode", TransferEncoding.Uuencode)]
    [InlineData("8bit", TransferEncoding.EightBit)]
    [InlineData("x-gzip64", TransferEncoding.Unknown)]
    public void Transfer_encoding_is_read_through_blanks_comments_and_quotes(string value, TransferEncoding expected)
    {
        Read($"Content-Transfer-Encoding: {value}\n\nx\n").Root.Encoding.ShouldBe(expected);
    }

    [Fact]
    public void Unknown_transfer_encoding_keeps_the_octets_and_adds_a_type()
    {
        var root = Read("Content-Type: application/zip\nContent-Transfer-Encoding: x-gzip64\n\nx\n").Root;
        root.MediaType.ShouldBe("application/zip");
        root.EffectiveType.ShouldBe("application/octet-stream");
        root.EncodingName.ShouldBe("x-gzip64");
    }

    [Fact]
    public void Header_section_without_empty_line_is_an_error()
    {
        Kinds(Read("Subject: x\n")).ShouldBe([MimeDefectKind.HeaderNotEnded]);
        Kinds(MimeReader.Read(Array.Empty<byte>())).ShouldBe([MimeDefectKind.HeaderNotEnded]);
    }

    [Fact]
    public void Delimiter_inside_a_header_section_ends_it()
    {
        var tree = Read("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n--b\n\nx\n--b--\n");
        Kinds(tree).ShouldBe([MimeDefectKind.HeaderNotEnded]);
        tree.Entities.Select(e => e.MediaType).ShouldBe(["multipart/mixed", "text/html", "text/plain"]);
        tree.Entities[1].Body.Length.ShouldBe(0);
    }

    [Theory]
    [InlineData("multipart/mixed; boundary=b", MimeDefectKind.EncodedMultipart)]
    [InlineData("message/rfc822", MimeDefectKind.EncodedMessage)]
    public void Encoding_on_a_composite_type_is_an_error(string type, MimeDefectKind kind)
    {
        Kinds(Read($"Content-Type: {type}\nContent-Transfer-Encoding: base64\n\n--b\n\nx\n--b--\n")).ShouldBe([kind]);
    }

    [Fact]
    public void Children_of_a_digest_are_messages_by_default()
    {
        var tree = Read("Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\ny\n--b\nContent-Type: text/plain\n\nz\n--b--\n");
        tree.Entities.Select(e => e.MediaType).ShouldBe(["multipart/digest", "message/rfc822", "text/plain"]);
    }

    [Fact]
    public void Nested_message_is_one_leaf_unless_asked_for()
    {
        var message = Octets.Crlf("""
            Content-Type: multipart/mixed; boundary=o

            --o
            Content-Type: message/rfc822

            Content-Type: multipart/mixed; boundary=i

            --i

            deep
            --i--
            --o--

            """);
        MimeReader.Read(message).Entities.Select(e => e.MediaType).ShouldBe(["multipart/mixed", "message/rfc822"]);
        var open = MimeReader.Read(message, MimeReaderOptions.Default with { OpenMessages = true });
        open.Entities.Select(e => e.MediaType).ShouldBe(["multipart/mixed", "message/rfc822", "multipart/mixed", "text/plain"]);
        Slice(message, open.Entities[3].Body).ShouldBe("deep");
        Slice(message, open.Entities[1].Body).ShouldEndWith("--i--");
        open.Defects.ShouldBeEmpty();
    }

    [Fact]
    public void Delimiter_after_the_closing_one_is_epilogue_with_another_reading()
    {
        var message = Octets.Crlf("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n--b\n\nhidden\n--b--\n");
        var tree = MimeReader.Read(message);
        tree.Entities.Count.ShouldBe(2);
        Slice(message, tree.Root.Epilogue!.Value).ShouldContain("hidden");
        var other = MimeReader.Read(message, tree.OtherReadings().ShouldHaveSingleItem());
        Slice(message, other.Entities[2].Body).ShouldBe("hidden");
    }

    [Fact]
    public void Delimiter_line_with_more_text_is_content_with_another_reading()
    {
        var message = Octets.Crlf("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b junk\n\nhidden\n--b--\n");
        var tree = MimeReader.Read(message);
        tree.Entities.Count.ShouldBe(2);
        var other = MimeReader.Read(message, tree.OtherReadings().ShouldHaveSingleItem());
        other.Entities.Count.ShouldBe(3);
        Slice(message, other.Entities[2].Body).ShouldBe("hidden");
    }

    [Fact]
    public void Line_of_blanks_in_a_header_section_has_another_reading()
    {
        var message = Octets.Crlf("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n \nContent-Type: application/zip\n\nx\n--b--\n");
        var tree = MimeReader.Read(message);
        var other = MimeReader.Read(message, tree.OtherReadings()[^1]);
        Slice(message, other.Entities[1].Body).ShouldStartWith("Content-Type: application/zip");
    }

    [Fact]
    public void Line_that_is_no_field_has_another_reading()
    {
        var message = Octets.Crlf("Subject: x\nno field here\nContent-Type: text/html\n\ny\n");
        var tree = MimeReader.Read(message);
        tree.Root.MediaType.ShouldBe("text/html");
        tree.Errors.ShouldBeEmpty();
        var other = MimeReader.Read(message, tree.OtherReadings().ShouldHaveSingleItem());
        other.Root.MediaType.ShouldBe("text/plain");
        Slice(message, other.Root.Body).ShouldStartWith("no field here");
    }

    [Theory]
    [InlineData("Content-Type : text/html")]
    [InlineData("Content-\0Type: text/html")]
    public void Content_field_with_an_odd_name_counts_and_is_ambiguous(string field)
    {
        var tree = Read(field + "\n\nx\n");
        tree.Root.MediaType.ShouldBe("text/html");
        tree.Root.IsAmbiguous.ShouldBeTrue();
    }

    [Theory]
    [InlineData("boundary=\"b", MimeDefectKind.OddBoundary)]
    [InlineData("boundary=\"b\"c", MimeDefectKind.OddBoundary)]
    [InlineData("boundary=b c", MimeDefectKind.OddBoundary)]
    [InlineData("boundary=\"\\b\"", MimeDefectKind.OddBoundary)]
    [InlineData("boundary=\"=?us-ascii?Q?b?=\"", MimeDefectKind.OddBoundary)]
    public void Badly_quoted_boundary_is_ambiguous(string parameter, MimeDefectKind kind)
    {
        var tree = Read($"Content-Type: multipart/mixed; {parameter}\n\n--b\n\nx\n--b--\n");
        tree.Root.IsAmbiguous.ShouldBeTrue();
        Kinds(tree).ShouldContain(kind);
    }

    [Theory]
    [InlineData("boundary=b")]
    [InlineData("boundary = b")]
    [InlineData("boundary=\"b\" (comment; boundary=c)")]
    [InlineData("(x) boundary=(y)\"b\"")]
    [InlineData("boundary=b (comment)")]
    [InlineData("boundary*=us-ascii''b")]
    [InlineData("boundary*0=b")]
    [InlineData("boundary=\"b \"")]
    [InlineData("; ;boundary=b;")]
    public void Boundary_is_read_through_blanks_comments_and_extensions(string parameter)
    {
        var tree = Read($"Content-Type: multipart/mixed; {parameter}\n\n--b\n\nx\n--b--\n");
        tree.Entities.Count.ShouldBe(2);
        tree.Defects.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("text/html", "text/html", null)]
    [InlineData("TEXT / HTML", "text/html", null)]
    [InlineData("(c) text/html (d); charset=x", "text/html", null)]
    [InlineData("application/pdf name=x.pdf", "application/pdf", null)]
    [InlineData("text", "text", "text/plain")]
    [InlineData("", "text/plain", null)]
    [InlineData(";charset=x", "text/plain", null)]
    public void Declared_type_is_read_as_far_as_it_goes(string value, string type, string? effective)
    {
        var root = Read($"Content-Type: {value}\n\nx\n").Root;
        root.MediaType.ShouldBe(type);
        root.EffectiveType.ShouldBe(effective);
    }

    [Fact]
    public void Reading_stops_at_the_part_after_the_last_one_allowed()
    {
        var text = "Content-Type: multipart/mixed; boundary=b\n\n" + string.Concat(Enumerable.Repeat("--b\n\nx\n", 10)) + "--b--\n";
        var tree = MimeReader.Read(Octets.Crlf(text), MimeReaderOptions.Default with { MaxParts = 5 });
        tree.GaveUp.ShouldBeTrue();
        tree.Entities.Count.ShouldBe(5);
        tree.Errors.ShouldBe(["too many MIME parts"]);
    }

    [Fact]
    public void Over_long_content_field_is_ambiguous_and_its_beginning_counts()
    {
        var tree = Read("Content-Type: text/html; x=" + new string('y', 100_000) + ";\n boundary=b\n\nx\n");
        tree.Root.MediaType.ShouldBe("text/html");
        tree.Root.IsAmbiguous.ShouldBeTrue();
    }

    private static MimeTree Read(string text) => MimeReader.Read(Octets.Crlf(text));

    private static IEnumerable<MimeDefectKind> Kinds(MimeTree tree) => tree.Defects.Select(d => d.Kind);

    private static string Slice(byte[] message, OctetRange range) => Octets.Text(message.AsSpan((int)range.Offset, (int)range.Length));
}
