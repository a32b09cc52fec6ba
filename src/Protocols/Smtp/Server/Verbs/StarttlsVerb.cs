using System.Security.Authentication;
using Amavis.Core.Policy;
using Amavis.Protocols.Transport;

namespace Amavis.Protocols.Smtp.Server.Verbs;

/// <summary>STARTTLS (RFC 3207). It ends a transaction, also where it is refused for its arguments.</summary>
internal static class StarttlsVerb
{
    private static readonly TimeSpan Handshake = TimeSpan.FromSeconds(30);

    public static bool IsOffered(SmtpSessionState state) =>
        state.Settings.TlsSecurityLevelIn != TlsLevel.None && state.TlsCipher is null && state.Context.Tls is not null;

    /// <summary>Nothing but the way to TLS is allowed yet.</summary>
    public static bool IsMissing(SmtpSessionState state) => state.Settings.TlsSecurityLevelIn == TlsLevel.Encrypt && state.TlsCipher is null;

    public static async ValueTask ExecuteAsync(SmtpSessionState state, SmtpCommand command, SmtpWire wire, TimeSpan idle)
    {
        state.Reset();
        if (command.Arguments.Length > 0)
            state.Refuse(command, 501, "5.5.4 Error: STARTTLS does not accept arguments");
        else if (state.Settings.TlsSecurityLevelIn == TlsLevel.None || state.Context.Tls is null)
            state.Refuse(command, 502, "5.5.1 Error: command not available", logLevel: 1);
        else if (state.TlsCipher is not null)
            state.Refuse(command, 554, "5.5.1 Error: TLS already active");
        else if (state.Context.Tls() is not { } options)
            state.Decline(command, 454, "4.7.0 TLS not available due to a local problem", logLevel: -1);
        else
            await BeginAsync(state, wire, options, idle);
    }

    private static async ValueTask BeginAsync(SmtpSessionState state, SmtpWire wire, System.Net.Security.SslServerAuthenticationOptions options, TimeSpan idle)
    {
        // Sent in the clear behind the command, by whomever: it must not count as said under TLS.
        if (DropUnread(wire))
            state.Log(0, $"{state.ProtocolName}: plain text behind STARTTLS is dropped");
        state.Reply(220, "2.0.0 Ready to start TLS");
        if (!await wire.FlushAsync(idle))
        {
            state.IsOver = true;
            return;
        }
        try
        {
            using var limit = new CancellationTokenSource(Handshake, state.Context.Clock);
            var tls = await TlsTransport.AcceptAsync(wire.Pipes.Transport, options, state.Context.Clock, limit.Token);
            wire.Become(tls);
            state.BeginTls(tls.Cipher);
            state.Log(2, "TLS begins, " + tls.Cipher);
        }
        catch (Exception failed) when (failed is AuthenticationException or IOException or OperationCanceledException or InvalidOperationException)
        {
            state.Log(0, "TLS handshake failed: " + (failed.InnerException ?? failed).Message);
            state.IsOver = true;
        }
    }

    private static bool DropUnread(SmtpWire wire)
    {
        var any = false;
        while (wire.Input.TryRead(out var result))
        {
            any |= !result.Buffer.IsEmpty;
            wire.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted || result.IsCanceled)
                break;
        }
        return any;
    }
}
