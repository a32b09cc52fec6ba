using Amavis.Core.Messages;
using Amavis.Engine.Delivery.Mangling;
using Amavis.Mime.Editing;
using Amavis.Mime.Headers;

namespace Amavis.Engine.Delivery;

/// <summary>A copy ready to be sent; owns what the change to its body is held in.</summary>
internal sealed record FinishedCopy(OutgoingMessage Message, CopyPlan Plan, Spool? Changed) : IDisposable
{
    public void Dispose() => Changed?.Dispose();

    /// <summary>The same in a spool of its own, which outlives what the copy was made of.</summary>
    /// <exception cref="SpoolFullException">No room.</exception>
    public Spool ToSpool(ISpoolFactory spools)
    {
        using var writer = spools.Create();
        foreach (var chunk in Message.Chunks())
            writer.Write(chunk.Span);
        return writer.Complete(new SpoolFacts { EightBit = Message.EightBit, LeadingDots = Message.LeadingDots });
    }
}

/// <summary>Makes the copies of one message by their plans.</summary>
internal sealed class CopyMaker(EngineServices services, ReceivedMessage message, Letter letter, MessageDeadline deadline, ForwardOrder order)
{
    private static long s_directories;

    private readonly HeaderSection _header = order.Replacement is { } other ? HeaderSection.Read(other) : letter.Header;
    private bool _repairsLogged;

    private Spool Source => order.Replacement ?? message.Spool;

    /// <param name="unmangled">Gives the plan without a change to the body, for when the change fails.</param>
    /// <param name="received">Our trace field; null: none, as the client passes the copy on.</param>
    public async Task<FinishedCopy> MakeAsync(CopyPlan plan, Func<CopyPlan> unmangled, AddedField? received, CancellationToken cancellationToken)
    {
        switch (plan.Mangling.Kind)
        {
            case ManglingKind.Attach:
                return new FinishedCopy(letter.AttachedCopy(plan, received, "=_" + order.MailId + "-defanged", Source, _header), plan, null);
            case ManglingKind.Altermime or ManglingKind.Disclaimer:
                return await ChangeAsync(plan, received, cancellationToken) ?? Plain(unmangled(), received);
            default:
                return Plain(plan, received);
        }
    }

    private FinishedCopy Plain(CopyPlan plan, AddedField? received)
    {
        var copy = letter.Copy(plan, received, Source, _header);
        LogRepairs(copy.Repairs);
        return new FinishedCopy(copy, plan, null);
    }

    /// <summary>Null: the program failed; the mail goes on as it is, since a disclaimer is no reason to hold mail up.</summary>
    private async Task<FinishedCopy?> ChangeAsync(CopyPlan plan, AddedField? received, CancellationToken cancellationToken)
    {
        using var share = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        share.CancelAfter(deadline.Share());
        var directory = Path.Combine(services.WorkDirectory, "a" + Interlocked.Increment(ref s_directories));
        try
        {
            var original = new SpooledMessage(Source);
            var changed = await Altermime.RunAsync(plan.Mangling, original, message.Policy.Settings, services.Spools, directory, share.Token);
            return new FinishedCopy(letter.Copy(plan, received, changed, HeaderSection.Read(changed)), plan, changed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            services.Log.Line(-1, message.LogId, $"mangling by altermime ({plan.Mangling.Kind}) failed, the mail goes on unchanged: {e.Message}");
            return null;
        }
    }

    private void LogRepairs(HeaderRepairs repairs)
    {
        if (_repairsLogged || repairs == HeaderRepairs.None)
            return;
        _repairsLogged = true;
        void Line(int count, string what)
        {
            if (count > 0)
                services.Log.Line(0, message.LogId, $"INFO: header section mended: {what}");
        }

        Line(repairs.BlankLines, $"{repairs.BlankLines} continuation lines of blanks taken out");
        Line(repairs.BareCr, $"{repairs.BareCr} lone CRs taken out");
        Line(repairs.LongLines, $"{repairs.LongLines} lines cut at 998 octets");
        Line(repairs.NoSeparator ? 1 : 0, "an empty line put after it");
    }

    /// <summary>A spool as it is.</summary>
    private sealed class SpooledMessage(Spool spool) : OutgoingMessage
    {
        public override long Length => spool.Length;

        public override bool LeadingDots => spool.Facts.LeadingDots;

        public override bool EightBit => spool.Facts.EightBit;

        public override IEnumerable<ReadOnlyMemory<byte>> Chunks() => spool.Chunks();
    }
}
