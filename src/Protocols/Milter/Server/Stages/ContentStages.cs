using Amavis.Core.Messages;
using Amavis.Core.Status;

namespace Amavis.Protocols.Milter.Server.Stages;

/// <summary>Header fields and body, put together again in the spool. What can't be kept is told at the end of the message.</summary>
internal static class ContentStages
{
    public static void Header(MilterSession session, ReadOnlySpan<byte> payload)
    {
        if (!TryBegin(session, out var transaction))
            return;
        var name = MilterText.TakeOctets(ref payload);
        transaction.AddField(name, MilterText.TakeOctets(ref payload), session.Agreed(MilterSteps.LeadingBlanks));
        session.Continue(MilterSteps.NoReplyToHeaders);
    }

    public static void EndOfHeader(MilterSession session)
    {
        if (!TryBegin(session, out var transaction))
            return;
        transaction.EndHeader();
        session.Continue(MilterSteps.NoReplyToEndOfHeader);
    }

    /// <summary>A piece of a body packet, or of the body that comes with the end of the message.</summary>
    public static void Body(MilterSession session, MilterCommand command, ReadOnlySpan<byte> octets, bool isEnd)
    {
        if (!TryBegin(session, out var transaction))
            return;
        transaction.EndHeader();
        transaction.AddBody(octets);
        if (!isEnd || command == MilterCommand.EndOfMessage)
            return;
        if (transaction.IsDropped && session.Agreed(MilterSteps.Skip))
            session.Replies.Write(MilterReplyCode.Skip);
        else
            session.Continue();
    }

    private static bool TryBegin(MilterSession session, out MilterTransaction transaction)
    {
        transaction = session.Transaction!;
        if (session.Transaction is null)
        {
            session.GiveUp("message content without MAIL");
            return false;
        }
        if (transaction.HasContent)
            return true;
        session.Enter(WorkState.Data);
        var context = session.Context;
        try
        {
            transaction.Begin(context.Spools.Create(),
                MilterReceived.Make(session.Client, session.Macros, transaction.Policy.Settings.MyHostname, context.Clock.GetLocalNow()));
            return true;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            session.Log(-2, "TROUBLE opening a spool: " + broken.Message);
            session.Replies.Reply(broken is SpoolFullException
                ? new SmtpReply(452, "4.3.1 Insufficient system storage")
                : new SmtpReply(451, $"4.5.0 Error in processing, id={session.LogId}"));
            // The MTA may not read an answer at this stage; it does when the connection closes.
            session.IsOver = true;
            return false;
        }
    }
}
