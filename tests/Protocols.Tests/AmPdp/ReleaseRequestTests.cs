using Amavis.Core.Addresses;
using Amavis.Protocols.AmPdp;

namespace Amavis.Protocols.Tests.AmPdp;

/// <summary>Release requests: validation, both directions, and the words of the command.</summary>
public sealed class ReleaseRequestTests
{
    private static (ReleaseRequest? Request, string Fault) From(string lines)
    {
        ReleaseRequest.TryFrom(AmPdpCodecTests.Read(lines + "\n\n"), out var request, out var fault);
        return (request, fault);
    }

    [Fact]
    public void Request_survives_the_way_there()
    {
        var request = new ReleaseRequest
        {
            Kind = ReleaseKind.Requeue,
            MailId = "aX3C4f6btXgX",
            SecretId = "s3c+r/t_-",
            PartitionTag = 25,
            QuarantineType = 'Z',
            MailFile = "spam/U/UM3XM3XDbN52.gz",
            RequestedBy = new MailAddress("ann", "example.org"),
            Sender = MailAddress.Null,
            Recipients = [new MailAddress("odd name", "example.com"), new MailAddress("jürgen", "example.com")],
        };

        ReleaseRequest.TryFrom(new AmPdpMessage([.. request.ToAttributes()], 0), out var read, out var fault).ShouldBeTrue(fault);

        read!.Recipients.ShouldBe(request.Recipients);
        (read with { Recipients = request.Recipients }).ShouldBe(request);
    }

    [Fact]
    public void Only_what_is_given_is_sent() =>
        new ReleaseRequest { MailId = "aX3C4f6btXgX" }.ToAttributes().ShouldBe([new("request", "release"), new("mail_id", "aX3C4f6btXgX")]);

    [Theory]
    [InlineData("aX3C4f6btXgX", true)]
    [InlineData("aX3C4f6bt_-+", true)]
    [InlineData("aX3C4f6btX==", true)]
    [InlineData("aX3C4f6btX===", false)]
    [InlineData("-X3C4f6btXgX", false)]
    [InlineData("aX3C/f6btXgX", false)]
    [InlineData("aX3C4f6btXgX%0a", false)]
    [InlineData("../../etc", false)]
    [InlineData("", false)]
    public void Mail_id_is_a_plain_word(string mailId, bool valid)
    {
        var (request, fault) = From($"request=release\nmail_id={mailId}");
        (request is not null).ShouldBe(valid);
        fault.ShouldBe(valid ? "" : "Missing or invalid mail_id");
    }

    [Theory]
    [InlineData("spam/U/spam-UM3XM3XDbN52.gz", true)]
    [InlineData("a..b/c", true)]
    [InlineData("a/../b", false)]
    [InlineData("a/..", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("./a", false)]
    [InlineData("a b", false)]
    [InlineData("a%00b", false)]
    [InlineData("a%0a", false)]
    public void Mail_file_stays_below_the_quarantine_directory(string file, bool valid)
    {
        var (request, fault) = From($"request=release\nmail_id=aX3C4f6btXgX\nmail_file={file}");
        (request is not null).ShouldBe(valid);
        fault.ShouldBe(valid ? "" : "Unsafe mail_file");
    }

    [Theory]
    [InlineData("request=frobnicate\nmail_id=aX3C4f6btXgX", "Unknown request")]
    [InlineData("mail_id=aX3C4f6btXgX", "Unknown request")]
    [InlineData("request=release", "Missing or invalid mail_id")]
    [InlineData("request=release\nmail_id=aX3C4f6btXgX\nquar_type=B", "Quarantine type not supported for a release")]
    [InlineData("request=release\nmail_id=aX3C4f6btXgX\nquar_type=QQ", "Quarantine type not supported for a release")]
    [InlineData("request=release\nmail_id=aX3C4f6btXgX\npartition_tag=x", "Invalid partition_tag")]
    [InlineData("request=release\nmail_id=aX3C4f6btXgX\nsecret_id=a b", "Invalid secret_id")]
    [InlineData("request=release\nmail_id=aX3C4f6btXgX\nrecipient=a%0db@example.com", "Invalid address in requested_by, sender or recipient")]
    [InlineData("request=release\nmail_id=aX3C4f6btXgX\nrecipient=", "Invalid address in requested_by, sender or recipient")]
    [InlineData("request=release\nmail_id=aX3C4f6btXgX\nsender=<a@b", "Invalid address in requested_by, sender or recipient")]
    public void Faulty_requests_are_named(string lines, string fault) => From(lines).ShouldBe((null, fault));

    [Fact]
    public void Empty_attributes_are_as_if_not_given()
    {
        var request = From("request=RELEASE\nmail_id=aX3C4f6btXgX\nsecret_id=\npartition_tag=\nquar_type=\nmail_file=\nrequested_by=").Request!;

        request.ShouldBe(new ReleaseRequest { MailId = "aX3C4f6btXgX", Recipients = request.Recipients });
    }

    [Theory]
    [InlineData("amavisd-release", ReleaseKind.Release)]
    [InlineData("/usr/bin/amavisd-requeue", ReleaseKind.Requeue)]
    [InlineData("amavisd-report", ReleaseKind.Report)]
    [InlineData("anything", ReleaseKind.Release)]
    public void Name_of_the_command_says_what_it_asks(string name, ReleaseKind kind) => ReleaseArguments.KindOf(name).ShouldBe(kind);

    /// <summary>As observed of amavisd-release 2.002.</summary>
    [Theory]
    [InlineData("abcdefghijkl", "abcdefghijkl", null, "abcdefghijkl", null)]
    [InlineData("spam-UM3XM3XDbN52.gz", "UM3XM3XDbN52", 'Z', "spam-UM3XM3XDbN52.gz", null)]
    [InlineData("spam/U/UM3XM3XDbN52.GZ", "UM3XM3XDbN52", 'F', "spam/U/UM3XM3XDbN52.GZ", null)]
    [InlineData("aX3C4f6btXgX[25]", "aX3C4f6btXgX", null, "aX3C4f6btXgX", "25")]
    [InlineData("abc-efghijklmnop", "efghijklmnop", null, "abc-efghijklmnop", null)]
    [InlineData("virus-ab-defghijklm", "ab-defghijklm", null, "virus-ab-defghijklm", null)]
    [InlineData("virus_abcdefghijkl", "abcdefghijkl", null, "virus_abcdefghijkl", null)]
    [InlineData("sEv2GNr-Y3dx", "sEv2GNr-Y3dx", null, "sEv2GNr-Y3dx", null)]
    [InlineData("s/banned-sEv2GNrSY3dx", "sEv2GNrSY3dx", 'F', "s/banned-sEv2GNrSY3dx", null)]
    [InlineData("short", "short", null, "short", null)]
    [InlineData("dir/virus-20050101-1234-1.gz", "20050101-1234-1", 'Z', "dir/virus-20050101-1234-1.gz", null)]
    [InlineData("abcdefghijklmnopqrst", "abcdefghijklmnopqrst", null, "abcdefghijklmnopqrst", null)]
    [InlineData("foo.gz", "foo", 'Z', "foo.gz", null)]
    [InlineData("a/foo", "foo", 'F', "a/foo", null)]
    [InlineData("ab-cd-ef-ghijklmnopqr.gz[7]", "ghijklmnopqr", 'Z', "ab-cd-ef-ghijklmnopqr.gz", "7")]
    [InlineData("UM3XM3XDbN5=", "UM3XM3XDbN5=", null, "UM3XM3XDbN5=", null)]
    public void Location_is_taken_apart_as_the_original_command_does(string location, string mailId, char? type, string file, string? tag) =>
        ReleaseArguments.ReadLocation(location).ShouldBe((mailId, type, file, tag));

    [Fact]
    public void Second_word_with_an_at_sign_is_a_recipient()
    {
        Parse("abcdefghijkl", "u@x.com").ShouldBe("request=release mail_id=abcdefghijkl mail_file=abcdefghijkl recipient=u@x.com");
        Parse("aX3C4f6btXgX[25]", "sec", "b@x.com", "c d@y").ShouldBe(
            "request=release mail_id=aX3C4f6btXgX secret_id=sec mail_file=aX3C4f6btXgX partition_tag=25 recipient=b@x.com recipient=\"c d\"@y");
    }

    [Fact]
    public void On_standard_input_the_second_word_is_always_the_secret()
    {
        Line("  abcdefghijkl a@b \r\n").ShouldBe("request=report mail_id=abcdefghijkl secret_id=a@b mail_file=abcdefghijkl");
        Line("bar").ShouldBe("request=report mail_id=bar mail_file=bar");
        Line("# comment").ShouldBe("");
        Line(" \t").ShouldBe("");

        static string Line(string line) =>
            ReleaseArguments.TryParseLine(ReleaseKind.Report, line, out var request, out var fault) ? Flat(request) : fault;
    }

    [Theory]
    [InlineData("Not enough arguments")]
    [InlineData("[x] is not a partition tag", "abcdefghijkl[x]")]
    [InlineData("\"a\rb@c\" is not a recipient", "abcdefghijkl", "s", "a\rb@c")]
    public void Words_no_request_can_carry_are_named(string fault, params string[] words) => Parse(words).ShouldBe(fault);

    private static string Parse(params string[] words) =>
        ReleaseArguments.TryParse(ReleaseKind.Release, words, out var request, out var fault) ? Flat(request) : fault;

    private static string Flat(ReleaseRequest? request) =>
        request is null ? "" : string.Join(' ', request.ToAttributes().Select(a => a.Name + "=" + a.Value));
}
