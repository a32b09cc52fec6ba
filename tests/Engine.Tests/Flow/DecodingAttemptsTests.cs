using System.Globalization;
using Amavis.Engine.Checks;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Flow;

/// <summary>F11: a message over which decoders die is not tried for ever.</summary>
public sealed class DecodingAttemptsTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private DecodingAttempts Open() => new(_directory.FilePath("attempts"), text => throw new InvalidOperationException(text));

    private static byte[] Digest(int number) => DecodingAttempts.DigestOf(new MemorySpool(Octets.Of(number.ToString(CultureInfo.InvariantCulture))), 0);

    [Fact]
    public void F11_what_was_in_work_when_the_process_died_is_counted()
    {
        for (var i = 0; i < 3; i++)
        {
            using var attempts = Open();
            attempts.DeathsOf(Digest(1)).ShouldBe(i);
            attempts.Begin(Digest(1));
            attempts.Begin(Digest(2)).End(died: false);
        }

        using var last = Open();
        last.DeathsOf(Digest(1)).ShouldBe(3);
        last.DeathsOf(Digest(2)).ShouldBe(0);
    }

    [Fact]
    public void F11_a_killed_decoder_is_counted_and_success_forgets()
    {
        using var attempts = Open();
        attempts.Begin(Digest(1)).End(died: true);
        attempts.Begin(Digest(1)).End(died: true);
        attempts.DeathsOf(Digest(1)).ShouldBe(2);
        attempts.Begin(Digest(1)).End(died: false);
        attempts.DeathsOf(Digest(1)).ShouldBe(0);
    }

    [Fact]
    public void The_same_message_may_be_in_work_twice()
    {
        using var attempts = Open();
        var first = attempts.Begin(Digest(1));
        var second = attempts.Begin(Digest(1));
        first.End(died: true);
        second.End(died: true);
        attempts.DeathsOf(Digest(1)).ShouldBe(2);
    }

    [Fact]
    public void Many_messages_do_not_take_more_room_and_the_newest_are_known()
    {
        using var attempts = Open();
        for (var i = 0; i < 2000; i++)
            attempts.Begin(Digest(i)).End(died: true);

        attempts.DeathsOf(Digest(1999)).ShouldBe(1);
        attempts.DeathsOf(Digest(0)).ShouldBe(0);
        new FileInfo(_directory.FilePath("attempts")).Length.ShouldBe(32768);
    }

    [Fact]
    public void When_all_places_are_in_work_the_rest_goes_uncounted()
    {
        using var attempts = Open();
        for (var i = 0; i < 600; i++)
            attempts.Begin(Digest(i));

        attempts.Begin(Digest(1000)).End(died: true);
        attempts.DeathsOf(Digest(1000)).ShouldBe(0);
    }

    [Fact]
    public void A_file_that_can_not_be_used_is_reported_and_done_without()
    {
        string? report = null;
        using var attempts = new DecodingAttempts(_directory.Path, text => report = text);
        report.ShouldNotBeNull().ShouldContain("not recognised");
        attempts.Begin(Digest(1)).End(died: true);
        attempts.DeathsOf(Digest(1)).ShouldBe(1);
    }

    [Fact]
    public void Messages_are_told_by_their_bodies_alone()
    {
        static byte[] Of(string mail) => DecodingAttempts.DigestOf(new MemorySpool(Octets.Of(mail)), mail.IndexOf('\n', StringComparison.Ordinal) + 1);

        Of("Received: 1\nbody").ShouldBe(Of("Received: other\nbody"));
        Of("Received: 1\nbody").ShouldNotBe(Of("Received: 1\nbodx"));
        Of("a\n" + new string('x', 1_000_000) + "y").ShouldNotBe(Of("a\n" + new string('x', 1_000_000) + "z"));
    }

    [Fact]
    public async Task F11_a_message_whose_decoder_was_killed_three_times_is_not_unpacked_again()
    {
        var log = _directory.FilePath("runs");
        var program = _directory.FilePath("7zz");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\necho run >>{log}\nkill -9 $$\n");
        File.SetUnixFileMode(program, (UnixFileMode)Convert.ToInt32("755", 8));
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { ProgramPath = _directory.Path + ":/usr/bin:/bin" };
        var mail = FlowMail.Attached("a.7z", "application/x-7z-compressed", Octets.Of("7z\u00bc\u00af\u0027\u001c rest"));
        for (var i = 0; i < 5; i++)
        {
            flow.Clear();
            await flow.SendAsync($"X-Try: {i}\n{mail}", "user@example.com");
            flow.Sink.Messages.ShouldHaveSingleItem().Text.ShouldContain("Subject: ***UNCHECKED*** ");
            flow.Lines().Count(line => line.Contains("ended abnormally 3 times", StringComparison.Ordinal)).ShouldBe(i >= 3 ? 1 : 0);
        }

        (await File.ReadAllLinesAsync(log)).Length.ShouldBe(3);
    }
}
