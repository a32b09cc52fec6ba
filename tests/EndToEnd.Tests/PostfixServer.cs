using System.Diagnostics;

namespace Amavis.EndToEnd.Tests;

/// <summary>
/// A private Postfix: an smtpd that hands everything to the filter, and one behind the filter that delivers into a mailbox file.
/// Needs root, as Postfix does.
/// </summary>
internal sealed class PostfixServer : IAsyncDisposable
{
    // Postfix wants its queue outside of directories only we may enter.
    private readonly string _directory = Path.Combine("/var/spool", "amavis-web-test-" + Guid.NewGuid().ToString("N")[..8]);

    private string Configuration => Path.Combine(_directory, "etc");

    private string Mailbox => Path.Combine(_directory, "mail", "box");

    /// <summary>The filter between two instances of smtpd.</summary>
    public static Task<PostfixServer> StartAsync(int frontPort, int backPort, int filterPort) =>
        StartAsync(frontPort, backPort, $"content_filter=smtp:[127.0.0.1]:{filterPort}");

    /// <param name="frontOptions">Settings of the front smtpd, as <c>name=value</c> without blanks.</param>
    public static async Task<PostfixServer> StartAsync(int frontPort, int backPort, params string[] frontOptions)
    {
        var server = new PostfixServer();
        foreach (var name in (string[])["etc", "queue", "data", "mail"])
            Directory.CreateDirectory(Path.Combine(server._directory, name));
        await RunAsync("chown", "postfix", Path.Combine(server._directory, "data"));
        await RunAsync("chown", "nobody:nogroup", Path.Combine(server._directory, "mail"));
        await RunAsync("chmod", "-R", "a+rX", server._directory);
        await File.WriteAllTextAsync(Path.Combine(server.Configuration, "main.cf"), $"""
            compatibility_level = 3.6
            queue_directory = {server._directory}/queue
            data_directory = {server._directory}/data
            myhostname = mx.example.com
            mydestination =
            mynetworks = 127.0.0.0/8
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            alias_maps =
            alias_database =
            virtual_mailbox_domains = example.com
            virtual_mailbox_base = {server._directory}/mail
            virtual_mailbox_maps = static:box
            virtual_uid_maps = static:65534
            virtual_gid_maps = static:65534
            smtpd_relay_restrictions = permit_mynetworks, reject
            maillog_file = {server._directory}/queue/maillog
            maillog_file_prefixes = {server._directory}
            """);
        await File.WriteAllTextAsync(Path.Combine(server.Configuration, "master.cf"), $"""
            127.0.0.1:{frontPort} inet n - n - - smtpd
              {string.Join("\n              ", frontOptions.Select(o => "-o " + o))}
            127.0.0.1:{backPort} inet n - n - - smtpd
              -o content_filter=
              -o smtpd_milters=
              -o smtpd_authorized_xforward_hosts=127.0.0.0/8
            pickup unix n - n 60 1 pickup
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            verify unix - - n - 1 verify
            flush unix n - n 1000? 0 flush
            showq unix n - n - - showq
            proxymap unix - - n - - proxymap
            smtp unix - - n - - smtp
              -o smtp_send_xforward_command=yes
            relay unix - - n - - smtp
            lmtp unix - - n - - lmtp
              -o lmtp_send_xforward_command=yes
            error unix - - n - - error
            retry unix - - n - - error
            virtual unix - n n - - virtual
            anvil unix - - n - 1 anvil
            scache unix - - n - 1 scache
            postlog unix-dgram n - n - 1 postlogd

            """);
        if (await RunAsync("/usr/sbin/postfix", "-c", server.Configuration, "start") != 0)
            throw new InvalidOperationException("Postfix did not start:\n" + server.Log);
        return server;
    }

    public string Log => File.Exists(Path.Combine(_directory, "queue", "maillog")) ? File.ReadAllText(Path.Combine(_directory, "queue", "maillog")) : "";

    /// <summary>Waits until the mailbox holds a text and gives all of it.</summary>
    public async Task<string> WaitForMailAsync(string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var mail = File.Exists(Mailbox) ? await File.ReadAllTextAsync(Mailbox, CancellationToken.None) : "";
            if (mail.Contains(text, StringComparison.Ordinal))
                return mail;
            if (limit.IsCancellationRequested)
                throw new TimeoutException("the message did not arrive:\n" + Log);
            await Task.Delay(100, CancellationToken.None);
        }
    }

    /// <summary>All messages in the mailbox, in the order they came.</summary>
    public IReadOnlyList<string> Delivered() =>
        File.Exists(Mailbox) ? [.. ("\n" + File.ReadAllText(Mailbox)).Split("\nFrom ").Skip(1).Select(m => m + "\n")] : [];

    /// <summary>The queue as JSON, a message a line; empty when nothing is in it.</summary>
    public Task<string> QueueAsync() => OutputAsync("/usr/sbin/postqueue", "-c", Configuration, "-j");

    /// <summary>Deletes all that is in the queue.</summary>
    public Task EmptyQueueAsync() => RunAsync("/usr/sbin/postsuper", "-c", Configuration, "-d", "ALL");

    /// <summary>Waits until everything is delivered.</summary>
    /// <param name="flush">Put-off messages are tried again.</param>
    public async Task WaitForEmptyQueueAsync(bool flush = false)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (var round = 0; (await QueueAsync()).Length > 0; round++)
        {
            if (limit.IsCancellationRequested)
                throw new TimeoutException($"the queue is not empty: {await QueueAsync()}\n{Log}");
            if (flush && round % 10 == 0)
                await RunAsync("/usr/sbin/postqueue", "-c", Configuration, "-f");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("/usr/sbin/postfix", "-c", Configuration, "stop");
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task<string> OutputAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program}: {await error}");
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await error;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
