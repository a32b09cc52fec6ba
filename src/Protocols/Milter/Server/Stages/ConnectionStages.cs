namespace Amavis.Protocols.Milter.Server.Stages;

/// <summary>CONNECT, HELO, and the ends of messages and clients.</summary>
internal static class ConnectionStages
{
    public static void Connect(MilterSession session, ReadOnlySpan<byte> payload)
    {
        session.Reset();
        session.Client = MilterClient.Read(payload);
        session.Continue(MilterSteps.NoReplyToConnect);
    }

    public static void Helo(MilterSession session, ReadOnlySpan<byte> payload)
    {
        session.Reset();
        var name = MilterText.Take(ref payload);
        session.Client = session.Client with { Helo = name.Length == 0 ? null : name };
        session.Continue(MilterSteps.NoReplyToHelo);
    }

    /// <summary>Is not answered; may come at any time.</summary>
    public static void Abort(MilterSession session)
    {
        session.Reset();
        session.Macros.ForgetMessage();
    }

    /// <summary>Is not answered. The options stay agreed.</summary>
    public static void NextClient(MilterSession session)
    {
        session.Reset();
        session.Macros.ForgetAll();
        session.Client = MilterClient.Unknown;
    }
}
