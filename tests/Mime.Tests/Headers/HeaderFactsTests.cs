using Amavis.Core.Addresses;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Mime.Tests.Headers;

public sealed class HeaderFactsTests
{
    private static readonly MailAddress Sender = new("someone", "example.org");

    [Fact]
    public void Facts_are_decoded_from_the_topmost_field_of_each_name()
    {
        var facts = Collect("""
            Received: from b (b [198.51.100.1]) by c with ESMTP; date
            Received: from a (a [10.0.0.1]) by b with SMTP; date
            Received: from z (z [192.0.2.1]) by a; date
            From: =?utf-8?Q?J=C3=B6rg?= <j@a.test>, k@a.test
            From: other@a.test
            Sender: s@a.test
            To: t@b.test
            Cc: c@b.test
            Reply-To: r@a.test
            Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=
            Message-ID: <1@a.test>
            Resent-Message-ID: <2@a.test>
            References: <3@a.test>
             <4@a.test>
            In-Reply-To: <4@a.test> <5@a.test>
            X-Mailer: Mailer 1.0


            """);
        facts.From.Select(a => a.Address.Unquoted).ShouldBe(["j@a.test", "k@a.test"]);
        facts.Author!.Unquoted.ShouldBe("j@a.test");
        facts.FromText.ShouldBe("Jörg <j@a.test>, k@a.test");
        facts.Sender[0].Address.Unquoted.ShouldBe("s@a.test");
        facts.To[0].Address.Unquoted.ShouldBe("t@b.test");
        facts.Cc[0].Address.Unquoted.ShouldBe("c@b.test");
        facts.ReplyTo[0].Address.Unquoted.ShouldBe("r@a.test");
        facts.Subject.ShouldBe("Grüße");
        facts.RawSubject.ShouldBe("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=");
        facts.MessageId.ShouldBe("<1@a.test>");
        facts.ResentMessageId.ShouldBe("<2@a.test>");
        facts.References.ShouldBe(["<3@a.test>", "<4@a.test>", "<5@a.test>"]);
        facts.UserAgent.ShouldBe("Mailer 1.0");
        facts.ReceivedCount.ShouldBe(3);
        facts.Trace.Select(h => h.By).ShouldBe(["c", "b", "a"]);
        facts.PublicTrace.Select(a => a.ToString()).ShouldBe(["198.51.100.1", "192.0.2.1"]);
        facts.OldestPublicAddress!.ToString().ShouldBe("192.0.2.1");
        facts.IsBulk.ShouldBeFalse();
        facts.BulkReason.ShouldBeNull();
    }

    [Fact]
    public void Empty_header_section_has_no_facts()
    {
        var facts = Collect("\n");
        facts.From.ShouldBeEmpty();
        facts.Author.ShouldBeNull();
        facts.Subject.ShouldBeNull();
        facts.MessageId.ShouldBeNull();
        facts.UserAgent.ShouldBeNull();
        facts.OldestPublicAddress.ShouldBeNull();
        facts.FromText.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("List-Id: <x.test>", "ml:List-Id: <x.test>")]
    [InlineData("List-Post: <mailto:x>", "ml:List-Post: <mailto:x>")]
    [InlineData("List-Unsubscribe: <x>", "ml:List-Unsubscribe: <x>")]
    [InlineData("Mailing-List: x", "ml:Mailing-List: x")]
    [InlineData("Precedence: list", "ml:Precedence: list")]
    [InlineData("From: some-list-request@a.test", "ml:author=some-list-request@a.test")]
    [InlineData("From: owner-x@a.test", "ml:author=owner-x@a.test")]
    public void Mailing_list_is_recognised(string field, string reason)
    {
        var facts = Collect(field + "\n\n");
        facts.IsList.ShouldBeTrue();
        facts.IsBulk.ShouldBeTrue();
        facts.BulkReason.ShouldBe(reason);
    }

    [Theory]
    [InlineData("owner-list", true)]
    [InlineData("list-bounces", true)]
    [InlineData("list-request", true)]
    [InlineData("list-owner", true)]
    [InlineData("list-admin", true)]
    [InlineData("list", false)]
    [InlineData("-owner", false)]
    public void Envelope_sender_shows_a_mailing_list(string localPart, bool expected)
    {
        Collect("\n", new MailAddress(localPart, "a.test")).IsList.ShouldBe(expected);
    }

    [Fact]
    public void Author_named_admin_is_no_mailing_list()
    {
        Collect("From: x-admin@a.test\n\n").IsList.ShouldBeFalse();
    }

    [Theory]
    [InlineData("Precedence: auto-reply", true)]
    [InlineData("Precedence: auto_reply", true)]
    [InlineData("Precedence: Auto reply", true)]
    [InlineData("Auto-Submitted: auto-replied (vacation)", true)]
    [InlineData("Auto-Submitted: auto-generated; type=x", true)]
    [InlineData("Auto-Submitted: (comment) No", false)]
    [InlineData("Auto-Submitted: no", false)]
    [InlineData("From: MAILER-DAEMON@a.test", true)]
    [InlineData("From: autoreply@a.test", true)]
    [InlineData("From: person@a.test", false)]
    public void Automatic_mail_is_recognised(string field, bool expected)
    {
        var facts = Collect(field + "\n\n");
        facts.IsAuto.ShouldBe(expected);
        facts.IsBulk.ShouldBe(expected);
        facts.IsList.ShouldBeFalse();
    }

    [Fact]
    public void Mail_from_the_null_sender_or_a_robot_is_automatic()
    {
        Collect("\n", MailAddress.Null).BulkReason.ShouldBe("sender=<>");
        Collect("\n", new MailAddress("Double-Bounce", "a.test")).IsAuto.ShouldBeTrue();
    }

    [Theory]
    [InlineData("Precedence: bulk", true)]
    [InlineData("Precedence: junk", true)]
    [InlineData("From: postmaster@a.test", true)]
    [InlineData("From: uucp@a.test", true)]
    [InlineData("From: fax-relay@a.test", true)]
    [InlineData("From: relay@a.test", false)]
    [InlineData("Precedence: first-class", false)]
    public void Bulk_mail_is_recognised(string field, bool expected)
    {
        var facts = Collect(field + "\n\n");
        facts.IsBulk.ShouldBe(expected);
        facts.IsAuto.ShouldBeFalse();
        facts.IsList.ShouldBeFalse();
    }

    [Fact]
    public void Thousands_of_trace_fields_are_counted_but_not_all_read()
    {
        var facts = Collect(string.Concat(Enumerable.Repeat("Received: from a by b\n", 5000)) + "\n");
        facts.ReceivedCount.ShouldBe(5000);
        facts.Trace.Count.ShouldBe(HeaderFacts.MaxHops);
    }

    private static HeaderFacts Collect(string header, MailAddress? sender = null) =>
        HeaderFacts.Collect(HeaderSection.Parse(Octets.Crlf(header)), sender ?? Sender);
}
