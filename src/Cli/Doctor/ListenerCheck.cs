using System.Buffers.Binary;
using System.Net;
using Amavis.Cli.Monitoring;
using Amavis.Core.Policy;
using Amavis.Core.Status;

namespace Amavis.Cli.Doctor;

/// <summary>Is the daemon there, and does it answer at each of its sockets in the protocol that belongs to it.</summary>
internal static class ListenerCheck
{
    private const string Area = "daemon";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(Examination examination)
    {
        await CheckStatusAsync(examination);
        foreach (var text in examination.Settings.ListenSockets)
        {
            if (!ListenSocket.TryParse(text, examination.Settings.InetSocketBind, out var sockets, out var fault))
            {
                examination.Add(Finding.Broken(Area, text, fault, "correct listen_sockets"));
                continue;
            }
            foreach (var socket in sockets)
                await CheckAsync(examination, socket);
        }
        if (examination.Settings.ListenSockets.Count == 0)
            examination.Add(Finding.Broken(Area, "listen_sockets", "the daemon listens nowhere", "set listen_sockets, to [10024] for example"));
    }

    private static async Task CheckStatusAsync(Examination examination)
    {
        using var client = DaemonStatusClient.For(examination.Settings, out var fault);
        if (client is null)
        {
            examination.Add(Finding.Note(Area, "metrics_listen", fault));
            return;
        }
        var (document, reason) = await client.GetAsync<CountersDocument>(StatusJson.CountersPath, examination.Stopping);
        examination.Add(document is null
            ? Finding.Broken(Area, "status", reason, "start the daemon; its log says why it does not")
            : Finding.Good(Area, "status", $"{document.Daemon.Product}, process {document.Daemon.Pid}, up {document.Daemon.Up:d\\.hh\\:mm\\:ss}"));
    }

    private static Task CheckAsync(Examination examination, ListenSocket socket)
    {
        var protocol = ListenProtocol.Of(examination.Settings, socket);
        var remedy = socket.Path is null
            ? "start the daemon; if it runs, another program may have the port, or it was started with another listen_sockets"
            : "start the daemon; if it runs, see who may use the socket (unix_socket_mode, the groups of this user)";
        if (protocol is null)
        {
            examination.Add(Finding.Broken(Area, socket.ToString(), "no protocol is set for this Unix socket", "give it a policy bank with protocol: SMTP, AM.PDP or MILTER in interface_policy"));
            return Task.CompletedTask;
        }
        return examination.TryAsync(Area, socket.ToString(), Limit, remedy, async limit =>
        {
            await using var probe = await Probe.ConnectAsync(EndPointOf(socket), limit);
            var answer = protocol switch
            {
                "AM.PDP" => await AskAmPdpAsync(probe),
                "MILTER" => await AskMilterAsync(probe),
                _ => await AskSmtpAsync(probe, protocol),
            };
            return answer.Good
                ? Finding.Good(Area, socket.ToString(), $"answers as {protocol}: {answer.Words}")
                : Finding.Broken(Area, socket.ToString(), $"does not answer as {protocol}: {answer.Words}", "see that nothing else listens there, and that inet_acl admits this machine");
        });
    }

    private static async Task<(bool Good, string Words)> AskSmtpAsync(Probe probe, string protocol)
    {
        var greeting = await probe.ReadReplyAsync();
        if (greeting.Count == 0)
            return (false, "closes the connection without a word");
        if (!greeting[^1].StartsWith("220", StringComparison.Ordinal))
            return (false, greeting[0]);
        await probe.SayAsync(protocol == "LMTP" ? "LHLO localhost" : "EHLO localhost");
        var hello = await probe.ReadReplyAsync();
        await probe.SayAsync("QUIT");
        return hello.Count > 0 && hello[^1].StartsWith("250", StringComparison.Ordinal) ? (true, greeting[0]) : (false, hello.Count > 0 ? hello[0] : "no answer to the greeting");
    }

    /// <summary>The one request that nothing comes of.</summary>
    private static async Task<(bool Good, string Words)> AskAmPdpAsync(Probe probe)
    {
        await probe.SayAsync("request=smtpd_access_policy\r\n");
        var line = await probe.ReadLineAsync();
        return (line == "action=DUNNO", line ?? "closes the connection without a word");
    }

    /// <summary>Option negotiation, version 6, with everything asked for.</summary>
    private static async Task<(bool Good, string Words)> AskMilterAsync(Probe probe)
    {
        var packet = new byte[17];
        BinaryPrimitives.WriteInt32BigEndian(packet, 13);
        packet[4] = (byte)'O';
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(5), 6);
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(9), 0x1ff);
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(13), 0x1fffff);
        await probe.SendAsync(packet);
        var head = await probe.ReadOctetsAsync(9);
        if (head.Length < 9 || head[4] != 'O')
            return (false, head.Length == 0 ? "closes the connection without a word" : "something else");
        await probe.SendAsync(new byte[] { 0, 0, 0, 1, (byte)'Q' });
        return (true, $"version {BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5))}");
    }

    private static EndPoint EndPointOf(ListenSocket socket)
    {
        if (socket.Path is { } path)
            return new System.Net.Sockets.UnixDomainSocketEndPoint(path);
        if (socket.HostName is { } name)
            return new DnsEndPoint(name, socket.Port);
        var address = socket.Address!; // Neither a path nor a name.
        return new IPEndPoint(address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : address, socket.Port);
    }
}
