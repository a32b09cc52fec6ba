using System.Net;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Protocols.Smtp.Server;
using Microsoft.AspNetCore.Connections;

namespace Amavis.Demo;

/// <summary>SMTP sessions of the stand-in next hop.</summary>
internal sealed class NextHopHandler(KeptMail mail) : ConnectionHandler
{
    private static readonly PolicyState Policy = PolicyState.Base(new Settings
    {
        MyHostname = "next-hop.demo",
        SmtpdGreetingBanner = "next-hop.demo ESMTP keeps what it gets",
    });

    private long _sessions;

    public override Task OnConnectedAsync(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var session = new SmtpServerSession(connection.Transport, new SmtpSessionContext
        {
            Connection = new ConnectionFacts { Local = connection.LocalEndPoint as IPEndPoint, Peer = connection.RemoteEndPoint as IPEndPoint },
            Policy = Policy,
            SessionId = "next-hop-" + Interlocked.Increment(ref _sessions),
            Spools = new HeldSpools(),
            Processor = mail,
            Clock = TimeProvider.System,
            Log = new Silent(),
        });
        return session.RunAsync(connection.ConnectionClosed);
    }

    private sealed class Silent : ISmtpSessionLog
    {
        public void Line(int level, string logId, string text)
        {
        }
    }
}
