using System.Diagnostics;
using System.IO.Compression;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Requests;

/// <summary>Checks over AM.PDP, from the request's lines to the answer's.</summary>
public sealed class CheckTests
{
    private static readonly byte[] Good = Octets.Of(
        "Subject: hi\nX-Spam-Flag: YES\nX-Spam-Flag: YES\nAuthentication-Results: filter.example.net; spf=pass\nFrom: ann@example.org\nDate: Mon, 05 Jan 2026 10:01:00 +0000\n\nhello\n");

    /// <summary>Without Date and From: a bad header.</summary>
    private static readonly byte[] Bad = Octets.Of("Subject: hi\n\nhello\n");

    private static string Request(string directory, string more = "", params string[] recipients) =>
        $"request=AM.PDP\r\nversion_client=2\r\ntempdir={directory}\r\ntempdir_removed_by=client\r\nsender=<ann@example.org>\r\n"
        + string.Concat(recipients.DefaultIfEmpty("<bob@example.com>").Select(r => $"recipient={r}\r\n")) + more + "\r\n";

    [Fact]
    public async Task A_clean_message_goes_on_with_our_changes()
    {
        await using var lab = new RequestLab();
        var directory = lab.Put("amavis-milter-k3Vt9w", Good);

        (await lab.AskAsync(Request(directory, "queue_id=p9A1\r\nclient_address=192.0.2.9\r\n"))).ShouldBe($"""
            version_server=2
            log_id=k3Vt9w-01
            setreply=250 2.5.0 Ok, id=k3Vt9w-01, continue delivery
            delheader=1 authentication-results
            delheader=2 x-spam-flag
            delheader=1 x-spam-flag
            insheader=0 X-Spam-Status No, score=x tests=[] autolearn=unavailable
            insheader=0 X-Spam-Level{" "}
            insheader=0 X-Spam-Score 0
            insheader=0 X-Spam-Flag NO
            insheader=0 X-Virus-Scanned amavis at example.com
            return_value=continue
            exit_code=0


            """.ReplaceLineEndings("\n").Replace("            ", "", StringComparison.Ordinal));
        lab.Log.Lines.ShouldContain(l => l.StartsWith("0 k3Vt9w-01 Passed CLEAN {AcceptedInbound}, [192.0.2.9] [192.0.2.9] <ann@example.org> -> <bob@example.com>, Queue-ID: p9A1", StringComparison.Ordinal));
        lab.Counters.Get("InMsgsStatusAccepted").ShouldBe(1);
        File.Exists(Path.Combine(directory, "email.txt")).ShouldBeTrue();
    }

    [Theory]
    [InlineData(Destiny.Reject, false, "setreply=554 5.6.0 Reject, id=k-01 - BAD HEADER", "reject", 69)]
    [InlineData(Destiny.Discard, false, "setreply=250 2.6.0 Ok, discarded, id=k-01 - BAD HEADER", "discard", 99)]
    [InlineData(Destiny.TempFail, false, "setreply=450 4.6.0 Temporary failure, id=k-01 - BAD HEADER", "tempfail", 75)]
    [InlineData(Destiny.Reject, true, "setreply=450 4.6.0 Reject, id=k-01 - BAD HEADER (soft_bounce)", "tempfail", 75)]
    [InlineData(Destiny.Pass, false, "setreply=250 2.5.0 Ok, id=k-01, continue delivery", "continue", 0)]
    public async Task Destinies_are_the_protocols_words(Destiny destiny, bool soft, string reply, string value, int exitCode)
    {
        await using var lab = new RequestLab(s => s with { FinalBadHeaderDestiny = destiny, SoftBounce = soft });

        var answer = await lab.AskAsync(Request(lab.Put("amavis-k", Bad)));

        answer.ShouldStartWith($"version_server=2\nlog_id=k-01\n{reply}");
        answer.ShouldEndWith($"return_value={value}\nexit_code={exitCode}\n\n");
        answer.Contains("insheader", StringComparison.Ordinal).ShouldBe(value == "continue");
    }

    [Fact]
    public async Task Recipients_that_are_not_to_get_it_are_named_as_the_client_named_them()
    {
        await using var lab = new RequestLab(s => s with
        {
            FinalBadHeaderDestiny = Destiny.Discard,
            BadHeaderLoversMaps = new LookupMaps([new HashTable([KeyValuePair.Create("lover@example.com", (LookupValue?)new LookupValue("1"))])]),
        });

        var answer = await lab.AskAsync(Request(lab.Put("amavis-k", Bad), "", "<bob@example.com>", "lover@example.com", "\"eve x\"@Example.COM"));

        answer.ShouldContain("setreply=250 2.5.0 Ok, id=k-01, continue delivery, but 2 DISCARD\ndelrcpt=<bob@example.com>\ndelrcpt=\"eve x\"@Example.COM\n");
        answer.ShouldEndWith("return_value=continue\nexit_code=0\n\n");
        lab.Log.Lines.ShouldContain(l => l.StartsWith("0 k-01 Passed BAD-HEADER-0 {AcceptedInbound,DiscardedInbound}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Recipients_who_need_other_headers_get_those_of_the_first_and_the_log_says_so()
    {
        await using var lab = new RequestLab(s => s with
        {
            RemoveExistingSpamHeadersMaps = new LookupMaps([new HashTable([KeyValuePair.Create("bob@example.com", (LookupValue?)new LookupValue("1"))])]),
        });

        var answer = await lab.AskAsync(Request(lab.Put("amavis-k", Good), "", "<bob@example.com>", "<eve@example.com>"));

        answer.ShouldContain("delheader=1 x-spam-flag");
        lab.Log.Lines.ShouldContain("-1 k-01 AM.PDP: RECIPIENTS REQUIRE DIFFERENT HEADERS, <eve@example.com> gets those of the first");
    }

    [Fact]
    public async Task Several_requests_come_over_one_connection()
    {
        await using var lab = new RequestLab();

        var answer = await lab.AskAsync(Request(lab.Put("amavis-a", Good)) + "request=nonsense\n\n" + Request(lab.Put("amavis-b", Good)));

        answer.ShouldContain("log_id=a-01\n");
        answer.ShouldContain("setreply=450 4.5.0 Failure: request \"nonsense\" is not known; there are AM.PDP, release, requeue, report and learn\nreturn_value=tempfail\nexit_code=75\n\n");
        answer.ShouldContain("log_id=b-02\n");
    }

    [Fact]
    public async Task Banks_named_by_the_client_are_loaded_before_MYUSERS()
    {
        static PolicyBank Bank(string name, Func<Settings, Settings> overlay) => new(name, overlay);
        await using var lab = new RequestLab(s => s with
        {
            LocalDomainsMaps = new LookupMaps([new AclTable(["example.org", "example.com"])]),
            PolicyBanks = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(new Dictionary<string, PolicyBank>
            {
                ["SMTP_AUTH"] = Bank("SMTP_AUTH", b => b with { Originating = true }),
                ["MYUSERS"] = Bank("MYUSERS", b => b),
            }),
        });

        await lab.AskAsync(Request(lab.Put("amavis-k", Good), "policy_bank= SMTP_AUTH, NOSUCH ,\r\n"));

        lab.Log.Lines.ShouldContain(l => l.StartsWith("0 k-01 Passed CLEAN {AcceptedInternal}, SMTP_AUTH/MYUSERS <ann", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Compressed_message_and_a_file_of_another_name_are_read()
    {
        await using var lab = new RequestLab();
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(Good);
        var directory = lab.Put("amavis-k", packed.ToArray(), "mail.gz");

        (await lab.AskAsync(Request(directory, $"mail_file={directory}/mail.gz\n"))).ShouldContain("return_value=continue");
        (await lab.AskAsync($"request=AM.PDP\nsender=\nrecipient=b@example.com\nmail_file={directory}/mail.gz\n\n")).ShouldContain("return_value=continue");

        File.WriteAllBytes(Path.Combine(directory, "mail.gz"), [1, 2, 3, 4]);
        (await lab.AskAsync(Request(directory, $"mail_file={directory}/mail.gz\n"))).ShouldContain("setreply=450 4.5.0 Failure: the compressed message can't be read");
    }

    [Fact]
    public async Task Compressed_message_that_grows_without_end_is_refused()
    {
        await using var lab = new RequestLab(s => s with { MaxExpansionQuota = 1 << 20 });
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            for (var i = 0; i < 40; i++)
                await gzip.WriteAsync(new byte[1 << 16]);
        var directory = lab.Put("amavis-k", packed.ToArray(), "mail.gz");

        (await lab.AskAsync(Request(directory, $"mail_file={directory}/mail.gz\n"))).ShouldContain("setreply=552 5.3.4 Message size exceeds size limit of 1048576 B\nreturn_value=reject\nexit_code=69\n");
    }

    [Fact]
    public async Task Files_outside_of_our_directories_are_not_opened()
    {
        await using var lab = new RequestLab();
        using var elsewhere = new TestDirectory();
        File.WriteAllBytes(elsewhere.FilePath("email.txt"), Good);
        var inside = lab.Put("amavis-k", Good);
        File.CreateSymbolicLink(Path.Combine(lab.TempBase, "link"), elsewhere.Path);
        File.CreateSymbolicLink(Path.Combine(inside, "link.txt"), elsewhere.FilePath("email.txt"));

        foreach (var directory in (string[])[elsewhere.Path, lab.TempBase, lab.TempBase + "/../etc", lab.TempBase + "/./amavis-k", "relative", lab.TempBase + "x", lab.TempBase + "/a b"])
            (await lab.AskAsync(Request(directory))).ShouldContain("setreply=450 4.5.0 Failure: Suspicious temporary directory name ", customMessage: directory);
        (await lab.AskAsync(Request(lab.TempBase + "/link"))).ShouldContain("Failure: Suspicious file name ");
        foreach (var file in (string[])[elsewhere.FilePath("email.txt"), inside + "/link.txt", inside + "/../../etc/passwd", "/etc/passwd"])
            (await lab.AskAsync(Request(inside, $"mail_file={file}\n"))).ShouldContain("Failure: Suspicious file name ", customMessage: file);
        (await lab.AskAsync(Request(inside, $"mail_file={inside}/missing\n"))).ShouldContain("Failure: can't open ");
        (await lab.AskAsync(Request(inside, $"mail_file={inside}\n"))).ShouldEndWith("return_value=tempfail\nexit_code=75\n\n");
    }

    [Fact]
    public async Task A_named_pipe_in_the_place_of_the_message_does_not_hold_us()
    {
        await using var lab = new RequestLab();
        var directory = lab.Put("amavis-k", Good);
        using (var mkfifo = Process.Start("mkfifo", [directory + "/pipe"]))
            await mkfifo.WaitForExitAsync();

        (await lab.AskAsync(Request(directory, $"mail_file={directory}/pipe\n")).WaitAsync(TimeSpan.FromSeconds(20)))
            .ShouldContain("is not a regular file");
    }

    [Fact]
    public async Task Directory_left_to_us_is_removed_with_its_message_and_nothing_else_is()
    {
        await using var lab = new RequestLab();
        var left = lab.Put("amavis-a", Good);
        var shared = lab.Put("amavis-b", Good);
        File.WriteAllText(Path.Combine(shared, "keep"), "x");

        await lab.AskAsync(Request(left).Replace("tempdir_removed_by=client\r\n", "", StringComparison.Ordinal));
        await lab.AskAsync(Request(shared).Replace("tempdir_removed_by=client", "tempdir_removed_by=server", StringComparison.Ordinal));

        Directory.Exists(left).ShouldBeFalse();
        File.Exists(Path.Combine(shared, "keep")).ShouldBeTrue();
        lab.Log.Lines.ShouldContain(l => l.StartsWith("-1 b-01 AM.PDP: " + shared + " is left as it is", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Delivery_in_our_care_without_a_way_to_deliver_is_a_temporary_failure()
    {
        await using var lab = new RequestLab();

        (await lab.AskAsync(Request(lab.Put("amavis-k", Good), "delivery_care_of=server\n")))
            .ShouldBe("version_server=2\nlog_id=k-01\nsetreply=451 4.5.0 Error in processing, id=k-01, forward FAILED: there is no forward_method for <bob@example.com>\nreturn_value=tempfail\nexit_code=75\n\n");
    }

    [Theory]
    [InlineData("", 250, "Ok", "return_value=discard\nexit_code=99\n")]
    [InlineData("550 5.1.1 No such user", 550, "5.1.1", "return_value=reject\nexit_code=67\n")]
    [InlineData("554 5.7.1 No", 554, "5.7.1", "return_value=reject\nexit_code=69\n")]
    [InlineData("451 4.3.0 later", 451, "4.3.0", "return_value=tempfail\nexit_code=75\n")]
    public async Task Delivery_in_our_care_ends_as_the_next_hop_says(string answer, int code, string text, string end)
    {
        await using var sink = new MailSink { Answer = (verb, _) => verb == "RCPT" ? answer : "" };
        await using var lab = new RequestLab(s => s with { ForwardMethod = DeliveryMethod.Parse($"smtp:[127.0.0.1]:{sink.Port}") });

        var reply = await lab.AskAsync(Request(lab.Put("amavis-k", Good), "delivery_care_of=server\n"));

        reply.ShouldContain($"setreply={code} ");
        reply.ShouldContain(text);
        reply.ShouldEndWith(end + "\n");
        sink.Messages.Count.ShouldBe(code == 250 ? 1 : 0);
        if (code == 250)
            sink.Messages[0].Text.ShouldEndWith("Subject: hi\r\nFrom: ann@example.org\r\nDate: Mon, 05 Jan 2026 10:01:00 +0000\r\n\r\nhello\r\n");
    }

    [Theory]
    [InlineData("amavis-milter-k3Vt9w", "k3Vt9w-01")]
    [InlineData("amavis-20261122T120000-00421-Xy", "122T120000-00421-Xy-01")]
    [InlineData("amavis-", "amavis--01")]
    [InlineData("af4QABCD.x", "af4QABCD.x-01")]
    public async Task Log_id_comes_from_the_directory(string name, string expected)
    {
        await using var lab = new RequestLab();

        var id = (await lab.AskAsync(Request(lab.Put(name, Good)))).Split('\n').First(l => l.StartsWith("log_id=", StringComparison.Ordinal))[7..];

        id.ShouldBe(expected.Length > 20 ? expected[^20..] : expected);
    }

    [Fact]
    public async Task What_is_strange_in_a_request_is_logged_and_passed_over()
    {
        await using var lab = new RequestLab();

        (await lab.AskAsync(Request(lab.Put("amavis-k", Good), "what is this\nfoo=bar\n"))).ShouldContain("return_value=continue");

        lab.Log.Lines.ShouldContain("1  AM.PDP: unknown attribute foo is passed over");
        lab.Log.Lines.ShouldContain(l => l.StartsWith("-1  AM.PDP: 1 lines without", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("request=AM.PDP\ntempdir=/tmp/x\nsender=<a@b>\n\n", "setreply=450 4.5.0 Failure: Incomplete request\nreturn_value=tempfail\nexit_code=75\n\n")]
    [InlineData("request=smtpd_access_policy\nprotocol_state=RCPT\n\n", "action=DUNNO\n\n")]
    public async Task Other_requests_have_their_answers(string request, string answer)
    {
        await using var lab = new RequestLab();
        (await lab.AskAsync(request)).ShouldBe(answer);
    }
}
