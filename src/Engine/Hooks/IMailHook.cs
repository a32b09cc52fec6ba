namespace Amavis.Engine.Hooks;

/// <summary>
/// Code of an administrator's own, in an assembly that <c>hooks</c> names. The type is public and has a public constructor without
/// parameters, or one that takes the entry's options (<c>IReadOnlyDictionary&lt;string, string&gt;</c>). One object serves all
/// messages, many at once, until the configuration is read again.
/// </summary>
public interface IMailHook
{
    /// <summary>Short word for replies and the log.</summary>
    string Name { get; }

    /// <summary>
    /// A message has been read and nothing has been checked yet: its header and envelope are known. Policy banks may be loaded here.
    /// </summary>
    /// <returns>What follows this message on its way; null: this one is of no interest.</returns>
    ValueTask<MailHookRun?> BeginAsync(HookMessage message, CancellationToken cancellationToken);
}

/// <summary>
/// A hook at work on one message. Its methods are called in this order, each at most once, never two at a time. One that throws or
/// takes too long leaves the message with the client, as long as nobody has it (<c>hooks_failure_is_fatal</c>).
/// </summary>
public abstract class MailHookRun
{
    /// <summary>The scanners have said what they found. Scores and categories may be added.</summary>
    public virtual ValueTask CheckedAsync(HookFindings findings, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>It is decided what becomes of the message, and the quarantine has its copies. Delivery methods and fields may be chosen.</summary>
    public virtual ValueTask SendingAsync(HookDelivery delivery, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>The next hops have answered. Wishes for notifications may be changed. Not called when nothing came of the message before.</summary>
    public virtual ValueTask SentAsync(HookOutcomes outcomes, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>All is logged and counted, and the reply is known. Nothing can be changed any more.</summary>
    public virtual ValueTask DoneAsync(HookResult result, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
