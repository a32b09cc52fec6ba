using Amavis.Core.Messages;
using Amavis.Core.Parts;
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
        var parts = new MimeParts(message, store, budget).Build(tree);
        using var rounds = new UnpackRounds(parts, store, budget, decoderFailed);
        await rounds.RunAsync();
        return new PartTree
        {
            Parts = parts.All,
            MimeErrors = tree.Errors,
            Hold = rounds.Hold,
            DecoderDied = rounds.DecoderDied,
            KeepsWholeMessage = limits.KeptOriginals.FindText("MAIL") is { IsTrue: true },
            OverLimits = rounds.Hold is not null,
        };
    }
}
