using Amavis.Core.Policy;
using Amavis.Core.Status;
using Amavis.Protocols.Transport;

namespace Amavis.Protocols.Milter.Server;

/// <summary>What the stages see and change of a session.</summary>
internal sealed class MilterSession(MilterSessionContext context, TimedPipes pipes)
{
    public MilterSessionContext Context => context;

    public TimedPipes Pipes => pipes;

    public MilterReplyWriter Replies { get; } = new(pipes.Output);

    public MilterMacros Macros { get; } = new();

    /// <summary>Null until the options are agreed on.</summary>
    public MilterOptions? Options { get; set; }

    public MilterClient Client { get; set; } = MilterClient.Unknown;

    /// <summary>Null between messages.</summary>
    public MilterTransaction? Transaction { get; private set; }

    /// <summary>MAIL commands so far.</summary>
    public int Transactions { get; private set; }

    /// <summary>The connection ends after what is written is sent.</summary>
    public bool IsOver { get; set; }

    public Settings Settings => Transaction?.Policy.Settings ?? context.Policy.Settings;

    public string LogId => Transactions < 2 ? context.SessionId : $"{context.SessionId}-{Transactions}";

    public bool Agreed(MilterSteps steps) => Options is { } options && (options.Steps & steps) == steps;

    public bool Agreed(MilterActions actions) => Options is { } options && (options.Actions & actions) == actions;

    /// <summary>Go on; silent where the MTA does not wait for it.</summary>
    public void Continue(MilterSteps silence = MilterSteps.None)
    {
        if (silence == MilterSteps.None || !Agreed(silence))
            Replies.Write(MilterReplyCode.Continue);
    }

    public void NextTransaction() => Transactions++;

    public void Begin(MilterTransaction transaction)
    {
        Transaction = transaction;
        Enter(WorkState.Envelope);
    }

    /// <summary>The message at hand, if any, is forgotten.</summary>
    public void Reset()
    {
        Transaction?.Dispose();
        Transaction = null;
        Enter(WorkState.Connected);
    }

    /// <param name="state">Of <see cref="WorkState"/>.</param>
    public void Enter(char state) => context.Progress?.Invoke(state);

    public void Log(int level, string text)
    {
        if (level <= Settings.LogLevel)
            context.Log.Line(level, LogId, "MILTER: " + text);
    }

    /// <summary>The MTA does not keep to the protocol. It tempfails its client when the connection closes.</summary>
    public void GiveUp(string fault)
    {
        Log(-1, fault + ", closing the connection");
        IsOver = true;
    }
}
