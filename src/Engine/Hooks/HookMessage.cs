using Amavis.Core.Logging;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Mime.Headers;

namespace Amavis.Engine.Hooks;

/// <summary>What a hook sees of a message from the start.</summary>
public sealed class HookMessage
{
    private readonly IMailLog _log;
    private readonly string _hook;

    internal HookMessage(ReceivedMessage message, HeaderSection header, HeaderFacts facts, string mailId, IMailLog log, string hook, bool isRehearsal)
    {
        Message = message;
        Header = header;
        Facts = facts;
        MailId = mailId;
        Policy = message.Policy;
        IsRehearsal = isRehearsal;
        _log = log;
        _hook = hook;
    }

    /// <summary>Envelope, client, connection and octets (<see cref="ReceivedMessage.Spool"/>) as they were received.</summary>
    public ReceivedMessage Message { get; }

    public HeaderSection Header { get; }

    /// <summary>What the header says as a whole.</summary>
    public HeaderFacts Facts { get; }

    /// <summary>Names the message everywhere and for good.</summary>
    public string MailId { get; }

    /// <summary>The settings in force and the banks that led to them.</summary>
    public PolicyState Policy { get; private set; }

    /// <summary>
    /// The message is only tried out (<c>amavis scan</c>): say of it what is to be said and do nothing that lasts.
    /// </summary>
    public bool IsRehearsal { get; }

    /// <summary>Lays a policy bank over, before anything is looked up for the recipients.</summary>
    /// <returns>False when there is no bank of that name; nothing is changed then.</returns>
    public bool LoadPolicyBank(string name)
    {
        if (!Policy.Settings.PolicyBanks.ContainsKey(name))
            return false;
        Policy = Policy.Load(name);
        return true;
    }

    /// <summary>A line in the mail log with the message's log id.</summary>
    /// <param name="level">-3 critical to 5 debugging; 0 is always written.</param>
    public void Log(int level, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _log.Line(level, Message.LogId, $"hook {_hook}: {LogText.Sanitize(text)}");
    }
}
