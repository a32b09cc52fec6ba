using Amavis.Mime.Structure;

namespace Amavis.Decoding.Hidden;

/// <summary>The stretches of a message that belong to no leaf: preambles, epilogues, what stands between parts.</summary>
internal static class MessageGaps
{
    /// <summary>Shorter ones hold nothing but a delimiter.</summary>
    private const int MinOctets = 48;

    public static IEnumerable<(long Start, long End)> Of(MimeTree tree)
    {
        var doubtful = tree.Defects.Where(d => d.Kind is MimeDefectKind.HeaderNotEnded or MimeDefectKind.HeaderUnparsable
            or MimeDefectKind.NonFieldLine or MimeDefectKind.BlankLineInHeader).Select(d => d.Entity).ToHashSet();
        long at = 0;
        foreach (var entity in tree.Entities)
        {
            // Entities come in the order of the message; embedded files lie inside of their text.
            if (entity.IsEmbedded || entity.Parent is { HoldsEmbedded: true })
                continue;
            if (!doubtful.Contains(entity.Index))
            {
                if (entity.Header.Offset - at >= MinOctets)
                    yield return (at, entity.Header.Offset);
                at = Math.Max(at, entity.Header.Offset + entity.Header.Length);
            }
            if (entity is not { IsLeaf: true } and not { HoldsEmbedded: true })
                continue;
            if (entity.Body.Offset - at >= MinOctets)
                yield return (at, entity.Body.Offset);
            at = Math.Max(at, entity.Body.Offset + entity.Body.Length);
        }
        if (tree.Length - at >= MinOctets)
            yield return (at, tree.Length);
    }
}
