using System.Text;
using Amavis.Core.Messages;

namespace Amavis.Protocols.Smtp.Server.Verbs;

/// <summary>
/// AUTH (RFC 4954) with PLAIN (RFC 4616), LOGIN and ANONYMOUS (RFC 4505). What a client gives is not verified here: it is kept for the
/// next hop, which judges it.
/// </summary>
internal static class AuthVerb
{
    public static async ValueTask<InputStatus> ExecuteAsync(SmtpSessionState state, SmtpCommand command, CommandReader commands, TimeSpan idle, CancellationToken stopping)
    {
        var words = command.Arguments.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var mechanism = words.Length > 0 ? words[0].ToUpperInvariant() : "";
        if (words.Length == 0)
            state.Refuse(command, 501, "5.5.4 Syntax: AUTH mechanism");
        else if (state.Hello is not (SmtpHello.Ehlo or SmtpHello.Lhlo))
            state.Refuse(command, 503, "5.5.1 Error: send EHLO first");
        else if (state.Transaction is not null)
            state.Refuse(command, 503, "5.5.1 Error: AUTH not allowed within transaction");
        else if (state.IsAuthenticated)
            state.Refuse(command, 503, "5.5.1 Error: already authenticated");
        else if (!state.Settings.AuthMechAvail.Contains(mechanism))
            state.Refuse(command, 504, $"5.5.4 Error: authentication mechanism {mechanism} is not available");
        else
            return await new Exchange(state, command, commands, idle, stopping).RunAsync(mechanism, words.Length > 1 ? words[1] : null);
        return InputStatus.Complete;
    }

    /// <summary>Questions and answers of one AUTH command.</summary>
    private sealed class Exchange(SmtpSessionState state, SmtpCommand command, CommandReader commands, TimeSpan idle, CancellationToken stopping)
    {
        private InputStatus _status = InputStatus.Complete;

        public async ValueTask<InputStatus> RunAsync(string mechanism, string? initial)
        {
            var done = mechanism switch
            {
                "PLAIN" => Plain(await AnswerAsync(initial, "")),
                "LOGIN" => await LoginAsync(initial),
                _ => await AnswerAsync(initial, "") is not null,
            };
            if (!done)
                return _status;
            state.IsAuthenticated = true;
            state.Log(1, $"{state.ProtocolName}: AUTH {mechanism}, user {state.Login?.User ?? "anonymous"}, not verified here");
            state.Reply(235, "2.7.0 Authentication succeeded");
            return _status;
        }

        /// <summary>Whom the client wants to act for, its name, its password, each after a NUL.</summary>
        private bool Plain(byte[]? answer)
        {
            if (answer is null)
                return false;
            var parts = Encoding.UTF8.GetString(answer).Split('\0');
            if (parts.Length != 3 || parts[1].Length == 0)
                return Refuse("5.5.2 Error: PLAIN needs a name and a password");
            state.Login = new LoginCredentials(parts[1], parts[2]);
            return true;
        }

        private async ValueTask<bool> LoginAsync(string? initial)
        {
            if (await AnswerAsync(initial, "VXNlcm5hbWU6") is not { } user || await AnswerAsync(null, "UGFzc3dvcmQ6") is not { } password)
                return false;
            if (user.Length == 0)
                return Refuse("5.5.2 Error: LOGIN needs a name");
            state.Login = new LoginCredentials(Encoding.UTF8.GetString(user), Encoding.UTF8.GetString(password));
            return true;
        }

        /// <summary>The answer given with the command, or the one to a question; null: none, and the client has been told.</summary>
        private async ValueTask<byte[]?> AnswerAsync(string? given, string question)
        {
            if (given is null)
            {
                state.Reply(334, question);
                _status = await commands.ReadAsync(idle, mayFinish: true, stopping);
                if (_status == InputStatus.TooLong)
                {
                    _status = InputStatus.Complete;
                    Refuse("5.5.6 Error: the answer is too long");
                    return null;
                }
                if (_status != InputStatus.Complete)
                    return null;
                given = commands.Command.Line;
            }
            if (given == "*")
            {
                Refuse("5.7.0 Authentication aborted");
                return null;
            }
            var octets = new byte[given.Length];
            // "=" stands for an answer of no octets (RFC 4954 §4).
            if (given == "=" || given.Length == 0)
                return [];
            if (given.Contains(' ') || !Convert.TryFromBase64String(given, octets, out var length))
            {
                Refuse("5.5.2 Error: the answer is not in base64");
                return null;
            }
            return octets[..length];
        }

        private bool Refuse(string text)
        {
            state.Refuse(command, 501, text);
            return false;
        }
    }
}
