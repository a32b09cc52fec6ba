using System.IO.Pipelines;

namespace Amavis.Protocols.Smtp.Server;

/// <summary>
/// One session of SMTP (RFC 5321) or LMTP (RFC 2033) on two pipes. Both are completed at its end.
/// </summary>
public sealed class SmtpServerSession(IDuplexPipe transport, SmtpSessionContext context)
{
    /// <summary>Runs the session to its end; a client that goes away is no error.</summary>
    /// <param name="stopping">
    /// The server stops: a session between transactions ends at once with 421, another one after its message was answered.
    /// </param>
    public async Task RunAsync(CancellationToken stopping)
    {
        await using var wire = new SmtpWire(transport, context.Clock);
        using var wake = stopping.UnsafeRegister(static w => ((SmtpWire)w!).Wake(), wire);
        var state = new SmtpSessionState(context, wire.Replies);
        try
        {
            await new SmtpConversation(state, wire).RunAsync(stopping);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The transport tells that the connection was reset or aborted.
            state.Log(1, $"{state.ProtocolName}: connection lost: {gone.Message}");
        }
        catch (Exception fault)
        {
            state.Log(-2, $"TROUBLE in a session, {state.ProtocolName}: {fault.GetType().Name}: {fault.Message}");
            state.Reply(421, "4.3.0 Error in processing, closing channel");
            await FlushLastAsync(state, wire);
        }
    }

    private static async ValueTask FlushLastAsync(SmtpSessionState state, SmtpWire wire)
    {
        try
        {
            await wire.FlushAsync(SmtpLimits.LeastIdle);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            state.Log(1, $"{state.ProtocolName}: connection lost: {gone.Message}");
        }
    }
}
