using Amavis.Core.Messages;
using Amavis.Core.Parts;
using Amavis.Decoding.Hidden;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using Amavis.Mime.Structure;

namespace Amavis.Decoding;

/// <summary>Takes a message apart: its MIME parts, and what is packed in them, to any depth the limits allow.</summary>
/// <param name="decoderFailed">
/// Told of exceptions that a decoder met with, for the log: each is a fault of ours. The part is marked undecipherable and the
/// work goes on. May be null.
/// </param>
public sealed class Unpacker(Action<MessagePart, Exception>? decoderFailed = null)
{
    /// <summary>
    /// Numbers, types and unpacks all parts. Mail of any shape gives a tree; what could not be looked into is said by
    /// attributes and by <see cref="PartTree.Hold"/>.
    /// </summary>
    /// <param name="tree">The structure of the message.</param>
    /// <param name="message">The message the tree was read from; must live as long as the parts are used.</param>
    /// <param name="limits">What it may cost.</param>
    /// <param name="store">Takes the contents; they live until it is disposed.</param>
    /// <param name="cancellationToken">The time that is left for decoding.</param>
    /// <exception cref="OperationCanceledException">The time is up; the message must be tempfailed.</exception>
    /// <exception cref="IOException">The disk is full, or the spool can't be read; the message must be tempfailed.</exception>
    public async Task<PartTree> UnpackAsync(MimeTree tree, Spool message, UnpackLimits limits, PartStore store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(store);
        cancellationToken.ThrowIfCancellationRequested();
        var budget = new UnpackBudget(limits, message.Length, cancellationToken);
        var mimeParts = new MimeParts(message, store, budget);
        var parts = mimeParts.Build(tree);
        // What is found beside the parts has a budget of its own: it must not make a message one that can't be unpacked.
        var hidden = new HiddenContent(parts, store, new UnpackBudget(limits, message.Length, cancellationToken));
        hidden.InMessage(new SpoolContent(message, 0, message.Length), tree, mimeParts.Doubtful, message.Facts);
        // More line ends were lost than are remembered: what those saw that keep them is not known.
        if (message.Facts.BareCr > message.Facts.BareCrOffsets.Count && parts.All is [var first, ..])
            first.Attributes |= PartAttributes.Ambiguous;
        using var rounds = new UnpackRounds(parts, store, budget, hidden, decoderFailed);
        await rounds.RunAsync();
        return new PartTree
        {
            Parts = parts.All,
            Hidden = parts.Hidden,
            HasDefects = tree.Defects.Count > 0,
            MimeErrors = tree.Errors,
            Hold = rounds.Hold,
            DecoderDied = rounds.DecoderDied,
            KeepsWholeMessage = limits.KeptOriginals.FindText("MAIL") is { IsTrue: true },
            OverLimits = rounds.Hold is not null,
        };
    }
}
