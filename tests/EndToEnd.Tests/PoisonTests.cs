using System.Globalization;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>F11: one message that ends the daemon each time it is taken apart does so three times and no more.</summary>
[Trait("Needs", "Server")]
public sealed class PoisonTests
{
    [Fact]
    public async Task F11_a_message_that_kills_the_daemon_three_times_is_passed_unchecked_at_the_fourth()
    {
        using var programs = new TestDirectory();
        var victim = programs.FilePath("pid");
        var program = programs.FilePath("7zz");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nkill -9 $(cat {victim})\nsleep 1\n");
        File.SetUnixFileMode(program, (UnixFileMode)Convert.ToInt32("755", 8));
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port, $"path: {programs.Path}:/usr/bin:/bin\n{Lab.NoScanners}");
        var mail = Mail.Attached("poison", "poison.1", "application/x-7z-compressed", "a.7z", Octets.Of("7z\u00bc\u00af\u0027\u001c rest"));
        for (var i = 0; i < 3; i++)
        {
            await File.WriteAllTextAsync(victim, filter.ProcessId.ToString(CultureInfo.InvariantCulture));
            (await SendAsync(filter, mail)).ShouldNotStartWith("250", Case.Sensitive, "the daemon was to die");
            await filter.KillAsync();
            await filter.StartAgainAsync();
        }

        await File.WriteAllTextAsync(victim, filter.ProcessId.ToString(CultureInfo.InvariantCulture));
        (await SendAsync(filter, mail)).ShouldStartWith("250");
        sink.Messages.ShouldHaveSingleItem();
        (await filter.WaitForLogAsync("Passed UNCHECKED")).ShouldNotBeEmpty();
        filter.Log.ShouldContain("ended abnormally 3 times");
    }

    /// <summary>The reply; empty when the connection is gone.</summary>
    private static async Task<string> SendAsync(FilterProcess filter, byte[] mail)
    {
        try
        {
            await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
            await client.SayAsync("EHLO mta.example.net");
            return await client.DeliverAsync("a@far.example", ["b@example.com"], mail);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
