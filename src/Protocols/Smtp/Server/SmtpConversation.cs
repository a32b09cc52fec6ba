using Amavis.Protocols.Smtp.Server.Verbs;

namespace Amavis.Protocols.Smtp.Server;

/// <summary>The course of a session: greeting, commands to their verbs, and the reasons to end it.</summary>
internal sealed class SmtpConversation(SmtpSessionState state, SmtpWire wire)
{
    private const string Shutdown = "4.3.2 Service shutting down, closing channel";

    private readonly CommandReader _commands = new(wire);
    private int _longCommands;

    private TimeSpan Idle =>
        state.Settings.SmtpdTimeout > SmtpLimits.LeastIdle ? state.Settings.SmtpdTimeout : SmtpLimits.LeastIdle;

    public async Task RunAsync(CancellationToken stopping)
    {
        state.Reply(220, Banner.Expand(state.Settings.SmtpdGreetingBanner, state));
        while (!state.IsOver)
        {
            _commands.MaxOctets = state.Settings.AuthMechAvail.Count > 0 ? SmtpLimits.AuthOctets : SmtpLimits.CommandOctets;
            switch (await _commands.ReadAsync(Idle, mayFinish: state.Transaction is not null, stopping))
            {
                case InputStatus.Complete:
                    await ExecuteAsync(_commands.Command, stopping);
                    break;
                case InputStatus.TooLong:
                    RefuseLongCommand();
                    break;
                case InputStatus.TimedOut when !stopping.IsCancellationRequested:
                    Close(-1, Shutdown + ", during waiting for input from client");
                    break;
                case InputStatus.TimedOut or InputStatus.Stopping:
                    Close(1, Shutdown);
                    break;
                default:
                    state.IsOver = true;
                    break;
            }
            if (!state.IsOver && (state.Errors >= SmtpLimits.Errors || _longCommands >= SmtpLimits.LongCommands))
                Close(0, "4.7.0 Error: too many errors");
        }
        await wire.FlushAsync(Idle);
    }

    private ValueTask ExecuteAsync(SmtpCommand command, CancellationToken stopping)
    {
        // Where TLS is missing, nothing else is looked at. MAIL, RCPT and XFORWARD refuse strange octets in their own words.
        if (command.Verb.Length == 0 || (command.Verb is not ("MAIL" or "RCPT" or "XFORWARD") && SmtpLine.HasControl(command.Line)))
            OtherVerbs.BadSyntax(state, command);
        else if (StarttlsVerb.IsMissing(state) && command.Verb is not ("NOOP" or "EHLO" or "LHLO" or "STARTTLS" or "QUIT"))
            state.Refuse(command with { Line = command.Verb }, 530, "5.7.0 Must issue a STARTTLS command first");
        else if (command.Verb == "RCPT")
            return RcptVerb.ExecuteAsync(state, command, state.Context.Processing);
        else if (command.Verb == "DATA")
            return DataAsync(command, stopping);
        else if (command.Verb == "STARTTLS")
            return StarttlsVerb.ExecuteAsync(state, command, wire, Idle);
        else if (command.Verb == "AUTH" && state.Settings.AuthMechAvail.Count > 0)
            return AuthAsync(command, stopping);
        else
            Execute(command);
        return ValueTask.CompletedTask;
    }

    private void Execute(SmtpCommand command)
    {
        switch (command.Verb)
        {
            case "EHLO" or "HELO" or "LHLO": HelloVerbs.Execute(state, command); break;
            case "MAIL": MailVerb.Execute(state, command); break;
            case "XFORWARD": XforwardVerb.Execute(state, command); break;
            case "RSET": RsetVerb.Execute(state, command); break;
            case "NOOP": NoopVerb.Execute(state); break;
            case "VRFY": VrfyVerb.Execute(state, command); break;
            case "HELP": HelpVerb.Execute(state); break;
            case "QUIT": QuitVerb.Execute(state, command); break;
            case "EXPN" or "TURN" or "ETRN" or "SEND" or "SOML" or "SAML": OtherVerbs.NotImplemented(state, command); break;
            default: OtherVerbs.NotRecognized(state, command); break;
        }
    }

    /// <summary>A message that did not come to its end is not processed, and stays with the client.</summary>
    private async ValueTask DataAsync(SmtpCommand command, CancellationToken stopping)
    {
        switch (await DataVerb.ExecuteAsync(state, command, wire, Idle, stopping))
        {
            case InputStatus.Complete:
                break;
            case InputStatus.TimedOut when stopping.IsCancellationRequested:
                Close(0, Shutdown);
                break;
            case InputStatus.TimedOut:
                Close(-1, "4.3.2 Service shutting down, timed out during waiting for input from client");
                break;
            default:
                state.Log(0, $"{state.ProtocolName}: connection lost inside DATA");
                state.IsOver = true;
                break;
        }
    }

    private async ValueTask AuthAsync(SmtpCommand command, CancellationToken stopping)
    {
        switch (await AuthVerb.ExecuteAsync(state, command, _commands, Idle, stopping))
        {
            case InputStatus.Complete:
                break;
            case InputStatus.TimedOut or InputStatus.Stopping:
                Close(stopping.IsCancellationRequested ? 1 : -1, stopping.IsCancellationRequested ? Shutdown : Shutdown + ", during waiting for input from client");
                break;
            default:
                state.IsOver = true;
                break;
        }
    }

    private void RefuseLongCommand()
    {
        const string text = "5.5.2 Error: command line too long";
        _longCommands++;
        state.Errors++;
        state.Log(0, $"{state.ProtocolName}: 500 {text}");
        state.Reply(500, text);
    }

    private void Close(int logLevel, string text)
    {
        state.Log(logLevel, $"{state.ProtocolName}: 421 {text}");
        state.Reply(421, text);
        state.IsOver = true;
    }
}
