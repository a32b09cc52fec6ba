using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Status;

namespace Amavis.Protocols.Smtp.Server;

/// <summary>How the client said hello.</summary>
internal enum SmtpHello
{
    None,
    Helo,
    Ehlo,
    Lhlo,
}

/// <summary>What verbs see and change of a session.</summary>
internal sealed class SmtpSessionState(SmtpSessionContext context, SmtpReplyWriter replies)
{
    public SmtpSessionContext Context => context;

    public SmtpReplyWriter Replies => replies;

    public SmtpHello Hello { get; private set; }

    /// <summary>The name given with HELO, EHLO or LHLO.</summary>
    public string HelloName { get; private set; } = "";

    /// <summary>Null: no TLS.</summary>
    public string? TlsCipher { get; private set; } = context.Connection.TlsCipher;

    /// <summary>What the client logged in with; null: it did not.</summary>
    public LoginCredentials? Login { get; set; }

    /// <summary>The client did all that AUTH asks for, perhaps without a name (ANONYMOUS).</summary>
    public bool IsAuthenticated { get; set; }

    /// <summary>Null between transactions.</summary>
    public SmtpTransaction? Transaction
    {
        get;
        set
        {
            field = value;
            Enter(value is null ? WorkState.Connected : WorkState.Envelope);
        }
    }

    /// <summary>What XFORWARD told of the client of the next transaction.</summary>
    public ClientFacts ForwardedClient { get; set; } = ClientFacts.Unknown;

    /// <summary>MAIL commands that were no nested ones.</summary>
    public int Transactions { get; set; }

    /// <summary>Refused commands since the last message.</summary>
    public int Errors { get; set; }

    /// <summary>QUIT was answered.</summary>
    public bool IsOver { get; set; }

    /// <summary>In force now: the transaction's, else the connection's.</summary>
    public PolicyState Policy => Transaction?.Policy ?? context.Policy;

    public Settings Settings => Policy.Settings;

    public bool IsLmtp => Hello == SmtpHello.Lhlo || (Hello == SmtpHello.None && context.StartAsLmtp);

    public string LogId => Transactions < 2 ? context.SessionId : $"{context.SessionId}-{Transactions}";

    /// <summary>The name of the protocol as Received has it (RFC 3848, RFC 6531 §4.3).</summary>
    public string ProtocolName
    {
        get
        {
            var utf8 = Transaction is { Parameters.SmtpUtf8: true };
            var name = (IsLmtp, utf8) switch
            {
                (true, false) => "LMTP",
                (true, true) => "UTF8LMTP",
                (false, true) => "UTF8SMTP",
                _ => Hello == SmtpHello.Ehlo ? "ESMTP" : "SMTP",
            };
            return name + (TlsCipher is null ? "" : "S") + (IsAuthenticated ? "A" : "");
        }
    }

    /// <summary>Ends the transaction and forgets what XFORWARD said.</summary>
    public void Reset()
    {
        Transaction = null;
        ForwardedClient = ClientFacts.Unknown;
    }

    /// <summary>TLS begins: what was said before it does not count (RFC 3207 §4.2).</summary>
    public void BeginTls(string cipher)
    {
        SayHello(SmtpHello.None, "");
        (TlsCipher, Login, IsAuthenticated) = (cipher, null, false);
    }

    public void SayHello(SmtpHello hello, string name)
    {
        Reset();
        (Hello, HelloName) = (hello, name);
    }

    /// <summary>Tells what the session does now.</summary>
    public void Enter(char state) => context.Progress?.Invoke(state);

    public void Reply(int code, string text) => replies.Write(code, text);

    /// <summary>Refuses a command by a mistake of the client's: counted, and logged at level 0.</summary>
    public void Refuse(SmtpCommand command, int code, string text, int logLevel = 0)
    {
        Errors++;
        Decline(command, code, text, logLevel);
    }

    /// <summary>Says no to a command that is no mistake: a limit is reached.</summary>
    public void Decline(SmtpCommand command, int code, string text, int logLevel = 0)
    {
        if (logLevel <= Settings.LogLevel)
            context.Log.Line(logLevel, LogId, $"{ProtocolName}: {code} {text}; smtp_resp: {command.LogLine}\r\n");
        replies.Write(code, text);
    }

    public void Log(int level, string text)
    {
        if (level <= Settings.LogLevel)
            context.Log.Line(level, LogId, text);
    }
}
