using System.Text;
using Amavis.Core.Messages;
using Amavis.Core.Policy;

namespace Amavis.Protocols.Smtp.Client;

/// <summary>Greeting, EHLO, STARTTLS and AUTH of a new connection.</summary>
/// <param name="plain">Leave TLS alone: the handshake failed before, and encryption is only preferred.</param>
internal sealed class SmtpHandshake(SmtpSession session, SmtpClientOptions options, StageClock clock, bool plain)
{
    public const string TlsStep = "fwd-starttls";

    private readonly SmtpWire _wire = session.Wire;

    /// <returns>Null when the session is ready.</returns>
    public async ValueTask<OpenFailure?> RunAsync()
    {
        var greeting = await _wire.ReadReplyAsync(clock, options.Command);
        if (greeting.Code != 220)
            return Fail("fwd-greeting", greeting);
        var (features, failure) = await HelloAsync();
        if (failure is not null)
            return failure;
        if (!plain && session.Key.Security != TlsLevel.None && (features.StartTls || session.Key.Security == TlsLevel.Encrypt))
        {
            if (!features.StartTls)
                return Fail(TlsStep, "TLS is required but not offered");
            if (await TlsAsync() is { } tlsFailure)
                return tlsFailure;
            (features, failure) = await HelloAsync();
            if (failure is not null)
                return failure;
        }
        if (session.Key.Credentials is { } credentials && await AuthAsync(credentials, features) is { } authFailure)
            return authFailure;
        session.Ready(features);
        return null;
    }

    private async ValueTask<(NextHopFeatures Features, OpenFailure? Failure)> HelloAsync()
    {
        var lines = new List<string>();
        var isLmtp = session.Key.Hop.IsLmtp;
        var reply = await CommandAsync((isLmtp ? "LHLO " : "EHLO ") + session.Key.HeloName, lines);
        if (reply.Code == 250)
            return (NextHopFeatures.Read(lines), null);
        if (!isLmtp && reply.Code is >= 500 and < 600)
        {
            // RFC 5321 §3.2: an old server, without extensions.
            reply = await CommandAsync("HELO " + session.Key.HeloName);
            if (reply.Code == 250)
                return (NextHopFeatures.None, null);
        }
        return (NextHopFeatures.None, Fail(isLmtp ? "fwd-lhlo" : "fwd-ehlo", reply));
    }

    private async ValueTask<OpenFailure?> TlsAsync()
    {
        var reply = await CommandAsync("STARTTLS");
        if (reply.Code != 220)
            return Fail(TlsStep, reply);
        var tls = await _wire.StartTlsAsync(session.Key.Tls, session.Key.TlsName, clock, options.Command);
        return tls.IsFault ? Fail(TlsStep, tls) : null;
    }

    private async ValueTask<OpenFailure?> AuthAsync(LoginCredentials credentials, NextHopFeatures features)
    {
        if (!features.AuthPlain && !features.AuthLogin)
            return Fail("fwd-auth", "login is required but neither PLAIN nor LOGIN is offered");
        ServerReply reply;
        if (features.AuthPlain)
        {
            reply = await CommandAsync("AUTH PLAIN " + Base64("\0" + credentials.User + "\0" + credentials.Password));
        }
        else
        {
            reply = await CommandAsync("AUTH LOGIN");
            if (reply.Code == 334)
                reply = await CommandAsync(Base64(credentials.User));
            if (reply.Code == 334)
                reply = await CommandAsync(Base64(credentials.Password));
        }
        return reply.Code == 235 ? null : Fail("fwd-auth", reply);
    }

    private async ValueTask<ServerReply> CommandAsync(string command, List<string>? lines = null)
    {
        _wire.Append(command).EndCommand();
        var fault = await _wire.FlushAsync(clock, options.Command);
        return fault == WireFault.None
            ? await _wire.ReadReplyAsync(clock, options.Command, lines)
            : ServerReply.Faulty(fault, "connection closed");
    }

    private OpenFailure Fail(string step, in ServerReply reply) =>
        new(reply.IsFault ? reply.Fault : WireFault.Closed, step, reply.IsFault ? reply.Detail : reply.Line, session.Remote, reply);

    private OpenFailure Fail(string step, string error) => new(WireFault.Closed, step, error, session.Remote, default);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
