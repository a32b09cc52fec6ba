using Amavis.Core.Messages;
using Amavis.Mime.Editing;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Mime.Tests.Editing;

public sealed class EditedMessageTests
{
    private const string Original = "Received: from a\n\tby b\nSubject: x\nX-Spam-Flag: YES\nx-spam-flag: NO\nTo: a@b.test\n\nbody\n.dot\n";

    [Fact]
    public void Message_without_edits_goes_out_octet_by_octet()
    {
        Edited(Original, _ => { }).ShouldBe(Crlf(Original));
    }

    [Fact]
    public void New_fields_stand_above_the_original_ones_in_the_order_given()
    {
        Edited(Original, edits =>
        {
            edits.Add("X-B", "2");
            edits.Prepend("DKIM-Signature", "1");
            edits.Add("X-C", "3");
            edits.Append("X-D", "4");
        }).ShouldBe(Crlf("DKIM-Signature: 1\nX-B: 2\nX-C: 3\n" + Original.Replace("\n\nbody", "\nX-D: 4\n\nbody", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_field_of_a_name_is_deleted_or_edited_and_others_are_left_alone()
    {
        Edited(Original, edits => edits.Delete("X-SPAM-FLAG")).ShouldBe(Crlf("Received: from a\n\tby b\nSubject: x\nTo: a@b.test\n\nbody\n.dot\n"));
        Edited(Original, edits => edits.Delete("x-spam-flag", f => f.Unfolded() == "NO")).ShouldContain("X-Spam-Flag: YES\r\nTo:");
        Edited(Original, edits => edits.Edit("X-Spam-Flag", f => FieldEdit.Replace(f.Unfolded() + "!"))).ShouldContain("X-Spam-Flag: YES!\r\nx-spam-flag: NO!\r\n");
    }

    [Fact]
    public void Edits_of_one_name_see_each_other()
    {
        Edited(Original, edits =>
        {
            edits.Edit("Subject", f => FieldEdit.Replace("a" + f.Unfolded()));
            edits.Edit("Subject", f => FieldEdit.Replace("b" + f.Unfolded()));
        }).ShouldContain("Subject: bax\r\n");
    }

    [Fact]
    public void Octets_of_untouched_fields_stay_whatever_they_are()
    {
        var odd = "From sender\r\nno field\r\nX-Odd : \u00ff\0 \r\n \r\n folded  \r\nSubject: x\r\n\r\nbody";
        Edited(odd, edits => edits.Delete("Subject"), crlf: false).ShouldBe(odd.Replace("Subject: x\r\n", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Subject: x\r\n", "X-A: 1\r\nSubject: x\r\n\r\n")]
    [InlineData("Subject: x", "X-A: 1\r\nSubject: x\r\n\r\n")]
    [InlineData("", "X-A: 1\r\n\r\n")]
    [InlineData("\r\nbody\r\n", "X-A: 1\r\n\r\nbody\r\n")]
    public void Header_section_without_an_end_gets_one(string message, string expected)
    {
        Edited(message, edits => edits.Add("X-A", "1"), crlf: false).ShouldBe(expected);
    }

    [Fact]
    public void Original_header_section_is_mended_only_when_asked_for()
    {
        var bad = "Subject: a\r\n \t\r\n b\r\nX-Long: " + new string('x', 1000) + "\r\n\r\nbody\r\n";
        Edited(bad, _ => { }, crlf: false).ShouldBe(bad);
        var (text, message) = Edit(bad, _ => { }, HeaderRendering.Default with { RepairFolding = true, RepairLongLines = true }, crlf: false);
        text.ShouldBe("Subject: a\r\n b\r\nX-Long: " + new string('x', 987) + "...\r\n\r\nbody\r\n");
        message.Repairs.ShouldBe(new HeaderRepairs(1, 0, 1, false));
    }

    [Fact]
    public void Lone_carriage_returns_go_when_folding_is_mended()
    {
        var (text, message) = Edit("Subject: a\rb\r\n\r\nbo\rdy\r\n", _ => { }, HeaderRendering.Default with { RepairFolding = true }, crlf: false);
        text.ShouldBe("Subject: ab\r\n\r\nbo\rdy\r\n");
        message.Repairs.BareCr.ShouldBe(1);
    }

    [Fact]
    public void Length_and_octet_facts_are_those_of_what_goes_out()
    {
        var spool = new MemorySpool(Octets.Crlf(Original), new SpoolFacts());
        var header = HeaderSection.Read(spool);
        new EditedMessage(spool, header, new HeaderEdits(), HeaderRendering.Default).EightBit.ShouldBeFalse();
        new EditedMessage(spool, header, new HeaderEdits(), HeaderRendering.Default).LeadingDots.ShouldBeFalse();
        var edits = new HeaderEdits();
        edits.Add("X-A", "ä");
        edits.Add(".X", "1");
        var message = new EditedMessage(spool, header, edits, HeaderRendering.Default);
        message.EightBit.ShouldBeTrue();
        message.LeadingDots.ShouldBeTrue();
        message.Chunks().Sum(c => c.Length).ShouldBe((int)message.Length);
        message.Chunks().Sum(c => c.Length).ShouldBe((int)message.Length);
    }

    [Fact]
    public void Protocols_get_changes_from_the_bottom_up_and_then_the_new_fields()
    {
        var edits = new HeaderEdits();
        edits.Delete("X-Spam-Flag");
        edits.Edit("Subject", _ => FieldEdit.Replace("new"));
        edits.Prepend("DKIM-Signature", "1");
        edits.Add("X-B", "a\n b", Folding.AsGiven);
        edits.Append("X-C", "3");
        HeaderChanges.Of(edits, HeaderSection.Parse(Octets.Crlf(Original)), HeaderRendering.Default).ShouldBe([
            new HeaderChange.Delete("x-spam-flag", 2),
            new HeaderChange.Delete("X-Spam-Flag", 1),
            new HeaderChange.Replace("Subject", 1, "new"),
            new HeaderChange.Insert(0, "DKIM-Signature", "1"),
            new HeaderChange.Insert(1, "X-B", "a\n b"),
            new HeaderChange.Append("X-C", "3"),
        ]);
    }

    [Theory]
    [InlineData("it a the", "***SPAM*** it a the")]
    [InlineData("Re: ***SPAM*** it a the", "***SPAM*** Re: it a the")]
    [InlineData("Re: ***Spam***it", "***SPAM*** Re: it")]
    [InlineData("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "***SPAM*** =?utf-8?Q?Gr=C3=BC=C3=9Fe?=")]
    [InlineData("=?utf-8?Q?***SPAM***_Gr=C3=BC=C3=9Fe?=", "***SPAM*** =?utf-8?Q?Gr=C3=BC=C3=9Fe?=")]
    [InlineData("=?x-none?Q?=E4?=", "***SPAM*** =?x-none?Q?=E4?=")]
    [InlineData("", "***SPAM***")]
    public void Subject_gets_the_tag_once(string subject, string expected)
    {
        Edited($"Subject: {subject}\n\n", (edits, header) => SubjectTag.Apply(edits, header, "***SPAM*** ").ShouldBeTrue()).ShouldBe($"Subject: {expected}\r\n\r\n");
    }

    [Fact]
    public void Message_without_subject_gets_the_tag_for_one()
    {
        Edited("From: a@b.test\n\n", (edits, header) => SubjectTag.Apply(edits, header, "***SPAM*** ")).ShouldBe("Subject: ***SPAM***\r\nFrom: a@b.test\r\n\r\n");
        SubjectTag.Apply(new HeaderEdits(), HeaderSection.Parse(Octets.Of("")), "").ShouldBeFalse();
    }

    private static string Crlf(string text) => Octets.Text(Octets.Crlf(text));

    private static string Edited(string message, Action<HeaderEdits> edit, bool crlf = true) => Edit(message, (e, _) => edit(e), HeaderRendering.Default, crlf).Text;

    private static string Edited(string message, Action<HeaderEdits, HeaderSection> edit) => Edit(message, edit, HeaderRendering.Default, crlf: true).Text;

    private static (string Text, EditedMessage Message) Edit(string message, Action<HeaderEdits> edit, HeaderRendering rendering, bool crlf) =>
        Edit(message, (e, _) => edit(e), rendering, crlf);

    private static (string Text, EditedMessage Message) Edit(string message, Action<HeaderEdits, HeaderSection> edit, HeaderRendering rendering, bool crlf)
    {
        var spool = new MemorySpool(crlf ? Octets.Crlf(message) : Octets.Of(message), chunkOctets: 7);
        var header = HeaderSection.Read(spool);
        var edits = new HeaderEdits();
        edit(edits, header);
        var edited = new EditedMessage(spool, header, edits, rendering);
        var text = string.Concat(edited.Chunks().Select(c => Octets.Text(c.Span)));
        edited.Length.ShouldBe(text.Length);
        return (text, edited);
    }
}
