using System.Globalization;
using Amavis.Core.Messages;
using Amavis.Core.Parts;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using Amavis.Mime.Structure;
using Amavis.Mime.Transfer;

namespace Amavis.Decoding;

/// <summary>
/// Makes the parts of a message from its MIME structure. Leaves are numbered in the order of their appearance; then the tree is
/// walked from the top, where each container takes a number, its preamble before and its epilogue after it.
/// </summary>
internal sealed class MimeParts(Spool message, PartStore store, UnpackBudget budget)
{
    private readonly HashSet<(OctetRange Body, TransferEncoding Encoding)> _seen = [];
    private readonly HashSet<MimeEntity> _doubtful = [];

    /// <summary>Leaves whose bodies are not clean in their encoding.</summary>
    public IReadOnlyCollection<MimeEntity> Doubtful => _doubtful;

    public PartList Build(MimeTree tree)
    {
        var parts = new PartList();
        if (tree.GaveUp)
            AddWithoutTree(tree, parts);
        else
            AddTree(tree, parts);
        AddOtherReadings(tree, parts);
        return parts;
    }

    // The original forgets the structure when there are too many parts; the bodies written until then stay.
    private void AddWithoutTree(MimeTree tree, PartList parts)
    {
        foreach (var leaf in tree.Entities.Where(entity => entity.IsLeaf))
        {
            var part = parts.AddNext(parent: null, placement: "");
            part.Names = leaf.FileNames;
            part.Content = Content(leaf, leaf.Encoding);
            if (leaf.IsAmbiguous)
                part.Attributes |= PartAttributes.Ambiguous;
        }
    }

    private void AddTree(MimeTree tree, PartList parts)
    {
        var numbers = new int[tree.Entities.Count];
        var leaves = 0;
        foreach (var entity in tree.Entities)
            if (entity.IsLeaf)
                numbers[entity.Index] = ++leaves;
        // Parents are made before their children, whatever their numbers; the list is in the order of the numbers.
        var made = new List<MessagePart>(tree.Entities.Count);
        var next = leaves;
        var open = new Stack<(MimeEntity Entity, MessagePart? Parent, string Placement)>();
        open.Push((tree.Root, null, "1"));
        while (open.TryPop(out var step))
        {
            var (entity, parent, placement) = step;
            if (entity.IsLeaf)
            {
                made.Add(Leaf(entity, new MessagePart(numbers[entity.Index], parent, placement)));
                continue;
            }
            if (Aside(entity.Preamble, "preamble", next + 1, parent, placement) is { } preamble)
            {
                made.Add(preamble);
                next++;
            }
            var container = Describe(entity, new MessagePart(++next, parent, placement));
            made.Add(container);
            if (Aside(entity.Epilogue, "epilogue", next + 1, parent, placement) is { } epilogue)
            {
                made.Add(epilogue);
                next++;
            }
            for (var index = entity.Children.Count - 1; index >= 0; index--)
                open.Push((entity.Children[index], container, string.Create(CultureInfo.InvariantCulture, $"{placement}/{index + 1}")));
        }
        made.Sort(static (left, right) => left.Number.CompareTo(right.Number));
        made.ForEach(parts.Add);
    }

    private MessagePart Leaf(MimeEntity entity, MessagePart part)
    {
        Describe(entity, part);
        part.Content = Content(entity, entity.Encoding);
        return part;
    }

    private static MessagePart Describe(MimeEntity entity, MessagePart part)
    {
        part.DeclaredTypes = entity.EffectiveType is { } effective && effective != entity.MediaType ? [entity.MediaType, effective] : [entity.MediaType];
        part.Names = entity.FileNames;
        if (part.DeclaredTypes.Any(IsEncryptedType))
            part.Attributes |= PartAttributes.Undecipherable | PartAttributes.Encrypted;
        if (entity.IsAmbiguous)
            part.Attributes |= PartAttributes.Ambiguous;
        return part;
    }

    private static bool IsEncryptedType(string type) =>
        type.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash && type.IndexOf("encrypted", slash, StringComparison.Ordinal) > 0;

    /// <summary>A preamble or epilogue, when it is more than the usual words for old readers.</summary>
    private MessagePart? Aside(OctetRange? range, string name, int number, MessagePart? parent, string placement)
    {
        if (range is not { Length: > 0 } text || !AsideText.IsWorthKeeping(message.Chunks(text.Offset, text.Length)))
            return null;
        return new MessagePart(number, parent, placement) { Names = [name], Content = Content(text) };
    }

    /// <summary>
    /// What other readers of mail would find in a message with defects: other parts, or the same ones in another encoding. They
    /// stand outside the tree, without placement.
    /// </summary>
    private void AddOtherReadings(MimeTree tree, PartList parts)
    {
        AddOtherEncodings(tree, parts);
        foreach (var reading in tree.OtherReadings())
        {
            budget.CancellationToken.ThrowIfCancellationRequested();
            var other = MimeReader.Read(message.Chunks(), reading);
            foreach (var leaf in other.Entities.Where(entity => entity.IsLeaf))
                AddOther(leaf, leaf.Encoding, parts);
            AddOtherEncodings(other, parts);
        }
    }

    private void AddOtherEncodings(MimeTree tree, PartList parts)
    {
        foreach (var leaf in tree.Entities)
            if (leaf.IsLeaf)
                foreach (var encoding in leaf.OtherEncodings)
                    AddOther(leaf, encoding, parts);
    }

    private void AddOther(MimeEntity leaf, TransferEncoding encoding, PartList parts)
    {
        if (leaf.Body.Length == 0 || _seen.Contains(Key(leaf.Body, encoding)))
            return;
        var part = Describe(leaf, parts.AddNext(parent: null, placement: ""));
        part.Content = Content(leaf, encoding);
    }

    private StoredContent Content(MimeEntity leaf, TransferEncoding encoding)
    {
        if (leaf.Body.Length == 0 || encoding.IsIdentity())
            return Content(leaf.Body);
        _seen.Add(Key(leaf.Body, encoding));
        var content = Decode(leaf, encoding);
        budget.ChargeWithoutLimit(content.Length);
        return content;
    }

    /// <summary>Octets as they stand in the message.</summary>
    private StoredContent Content(OctetRange body)
    {
        _seen.Add(Key(body, TransferEncoding.SevenBit));
        StoredContent content = body.Length == 0 ? EmptyContent.Instance : new SpoolContent(message, body.Offset, body.Length);
        budget.ChargeWithoutLimit(content.Length);
        return content;
    }

    // All encodings that leave the octets as they are count as one.
    private static (OctetRange Body, TransferEncoding Encoding) Key(OctetRange body, TransferEncoding encoding) =>
        (body, encoding.IsIdentity() ? TransferEncoding.SevenBit : encoding);

    private StoredContent Decode(MimeEntity leaf, TransferEncoding encoding)
    {
        var body = leaf.Body;
        var decoder = TransferDecoder.Create(encoding);
        var expected = encoding == TransferEncoding.Base64 ? (body.Length / 4 * 3) + 16 : body.Length + 64;
        using var writer = store.Create(expected, isBound: encoding is TransferEncoding.Base64 or TransferEncoding.QuotedPrintable);
        foreach (var piece in message.Chunks(body.Offset, body.Length))
        {
            budget.CancellationToken.ThrowIfCancellationRequested();
            decoder.Decode(piece.Span, writer);
        }
        decoder.Finish(writer);
        if (!leaf.IsEmbedded && (decoder.JunkOctets > 0 || decoder.DataAfterEnd || decoder.Truncated))
            _doubtful.Add(leaf);
        return writer.Complete();
    }
}
