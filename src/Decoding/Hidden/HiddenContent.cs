using System.Buffers;
using System.Security.Cryptography;
using Amavis.Core.Messages;
using Amavis.Core.Parts;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using Amavis.Mime.Structure;
using Amavis.Mime.Transfer;

namespace Amavis.Decoding.Hidden;

/// <summary>
/// Looks for what a message holds beside its parts: what other readers of mail would decode from it, and what people take out of
/// it by hand. What is found is shown to the virus scanners. Where the structure of the message itself gives it, its names count
/// for the banned rules, too; files that stand in a text, or in a message inside of the message, are for the scanners only.
/// </summary>
internal sealed class HiddenContent(PartList parts, PartStore store, UnpackBudget budget)
{
    /// <summary>Contents found in one message; scanners see the whole message when there are more.</summary>
    private const int MaxFound = 400;

    /// <summary>Longer texts are not searched for encoded files.</summary>
    private const int MaxTextOctets = 16 << 20;

    private const int MinTextOctets = 32;

    private const int HeadOctets = 1024;

    private readonly Dictionary<long, List<StoredContent>> _known = [];
    private readonly Dictionary<StoredContent, byte[]> _digests = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _names = [];
    private Delimiters _delimiters = Delimiters.None;
    private int _found;
    private bool _knowsParts;

    /// <summary>For archives found here.</summary>
    public UnpackBudget Budget => budget;

    /// <summary>Searches the message outside its parts, and reads it again in the ways its defects suggest.</summary>
    /// <param name="doubtful">Leaves whose encoding did not come out clean.</param>
    /// <param name="facts">What was noticed as the message came in.</param>
    public void InMessage(StoredContent message, MimeTree tree, IReadOnlyCollection<MimeEntity> doubtful, SpoolFacts facts)
    {
        foreach (var (start, end) in MessageGaps.Of(tree))
            InText(new SliceContent(message, start, end - start), forScannersOnly: false, withRuns: false);
        InTree(message, tree, doubtful, forScannersOnly: false);
        _delimiters = Delimiters.Of(message, tree);
        if (facts.BareCrOffsets.Count > 0 || CleanedText.IsNeeded(message, budget.CancellationToken))
        {
            using var writer = store.Create(message.Length + 64, isBound: false);
            CleanedText.Write(message, facts.BareCrOffsets, writer, budget.CancellationToken);
            var cleaned = writer.Complete();
            InMail(cleaned, forScannersOnly: false);
            InText(cleaned, forScannersOnly: false, withRuns: true);
        }
        else if (tree.Defects.Count > 0 || tree.Root.Header.Length == 0)
        {
            InText(message, forScannersOnly: !MayHideParts(tree), withRuns: true);
        }
    }

    /// <summary>Searches a text: a body, or the member of an archive.</summary>
    public void InPart(MessagePart part)
    {
        if (part.Content is not StoredContent { Length: >= MinTextOctets } content || !IsText(content))
            return;
        var holdsNames = !part.ForScannersOnly && part.DeclaredTypes.Contains("application/x-unparseable-multipart");
        if (part.DeclaredTypes.Any(IsMail) || part.FullType.Contains("mail", StringComparison.Ordinal) || part.Names.Any(name => name.EndsWith(".eml", StringComparison.OrdinalIgnoreCase)))
            InMail(content, forScannersOnly: !holdsNames);
        InText(content, forScannersOnly: !holdsNames, withRuns: true);
    }

    /// <summary>Readers may find other parts than we do: what looks like one in the message is taken for one.</summary>
    private static bool MayHideParts(MimeTree tree) => tree.Root.Header.Length == 0 || tree.Defects.Any(d => d.Kind is MimeDefectKind.BoundaryUnusable or MimeDefectKind.EndInPreamble
        or MimeDefectKind.RepeatedBoundary or MimeDefectKind.RepeatedContentType or MimeDefectKind.OddBoundary or MimeDefectKind.DelimiterWithTail
        or MimeDefectKind.NestedSameBoundary or MimeDefectKind.ContentFieldTooLong or MimeDefectKind.OddFieldName or MimeDefectKind.UnusedBoundary);

    private static bool IsMail(string type) => type.StartsWith("message/", StringComparison.Ordinal) || type == "text/rfc822-headers";

    /// <summary>Texts, and the encodings whose octets are no ASCII: none of them has a NUL.</summary>
    private static bool IsText(StoredContent content) => content.WithHead(HeadOctets, static (head, _) => !head.Contains((byte)0));

    /// <summary>Takes a message inside of the message apart.</summary>
    private void InMail(StoredContent mail, bool forScannersOnly)
    {
        var tree = MimeReader.Read(ContentPieces.Of(mail));
        var doubtful = new List<MimeEntity>();
        AddLeaves(mail, tree, doubtful, forScannersOnly);
        foreach (var reading in tree.OtherReadings())
            AddLeaves(mail, MimeReader.Read(ContentPieces.Of(mail), reading), doubtful, forScannersOnly);
        InTree(mail, tree, doubtful, forScannersOnly);
    }

    private void AddLeaves(StoredContent mail, MimeTree tree, List<MimeEntity> doubtful, bool forScannersOnly)
    {
        foreach (var leaf in tree.Entities)
        {
            if (!leaf.IsLeaf || leaf.Body.Length == 0 || _found >= MaxFound)
                continue;
            Add(Decode(mail, leaf.Body, leaf.Encoding, out var clean), leaf, forScannersOnly);
            if (!clean && !leaf.IsEmbedded)
                doubtful.Add(leaf);
            foreach (var other in leaf.OtherEncodings)
                Add(Decode(mail, leaf.Body, other, out _), leaf, forScannersOnly);
        }
    }

    private void InTree(StoredContent mail, MimeTree tree, IEnumerable<MimeEntity> doubtful, bool forScannersOnly)
    {
        foreach (var leaf in doubtful)
            InDoubtful(mail, leaf);
        foreach (var entity in tree.Entities)
        {
            if (_found >= MaxFound)
                return;
            if (!entity.IsLeaf && !entity.IsEmbedded && entity.IsMultipart && !entity.Encoding.IsIdentity())
                InEncodedMultipart(mail, entity, forScannersOnly);
            else if (entity.IsLeaf && entity.Body.Length is > 0 and <= MaxTextOctets && entity.MediaType.StartsWith("text/", StringComparison.Ordinal)
                     && CharsetText.IsNeeded(entity.Parameter("charset")))
                InCharset(mail, entity);
            else if (entity.IsLeaf && entity.IsMultipart && !entity.Encoding.IsIdentity())
                InEncodedMultipart(mail, entity, forScannersOnly);
        }
    }

    /// <summary>A body that is not clean in its encoding: some readers go by the octets, others decode it in another way.</summary>
    private void InDoubtful(StoredContent mail, MimeEntity leaf)
    {
        var body = new SliceContent(mail, leaf.Body.Offset, leaf.Body.Length);
        Add(body, leaf, forScannersOnly: true);
        var whole = new OctetRange(0, body.Length);
        if (leaf.Encoding == TransferEncoding.Base64)
            foreach (var decoder in Base64Readings.All())
                Add(Decode(body, whole, decoder), leaf, forScannersOnly: true);
        InText(body, forScannersOnly: true, withRuns: true);
    }

    /// <summary>RFC 2045 §6.4 forbids it; readers that decode it all the same find parts in there.</summary>
    private void InEncodedMultipart(StoredContent mail, MimeEntity multipart, bool forScannersOnly)
    {
        using var writer = store.Create(multipart.Header.Length + multipart.Body.Length, isBound: false);
        foreach (var piece in ContentPieces.Of(mail, multipart.Header.Offset, multipart.Header.Offset + multipart.Header.Length))
            writer.Write(piece.Span);
        writer.Write("\r\n"u8);
        DecodeTo(mail, multipart.Body, TransferDecoder.Create(multipart.Encoding), writer);
        var decoded = writer.Complete();
        var tree = MimeReader.Read(ContentPieces.Of(decoded));
        AddLeaves(decoded, tree, [], forScannersOnly);
    }

    private void InCharset(StoredContent mail, MimeEntity text)
    {
        using var writer = store.Create(text.Body.Length, isBound: false);
        DecodeTo(mail, text.Body, TransferDecoder.Create(text.Encoding), writer);
        foreach (var reading in CharsetText.Readings(writer.Complete(), text.Parameter("charset")!))
        {
            using var plain = store.Create(reading.Length, isBound: true);
            plain.Write(reading);
            Add(plain.Complete(), text, forScannersOnly: true);
        }
    }

    /// <summary>Searches for header sections of parts, and for encoded files.</summary>
    private void InText(StoredContent text, bool forScannersOnly, bool withRuns)
    {
        if (text.Length is < MinTextOctets or > MaxTextOctets || _found >= MaxFound)
            return;
        budget.CancellationToken.ThrowIfCancellationRequested();
        List<ContentBlock> blocks;
        List<EncodedRun> runs;
        if (text.TryGetArray(out var array))
        {
            blocks = ContentBlocks.Find(array);
            runs = withRuns ? EncodedRuns.Find(array) : [];
        }
        else
        {
            var copy = ArrayPool<byte>.Shared.Rent((int)text.Length);
            try
            {
                var octets = copy.AsSpan(0, text.Read(0, copy.AsSpan(0, (int)text.Length)));
                blocks = ContentBlocks.Find(octets);
                runs = withRuns ? EncodedRuns.Find(octets) : [];
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(copy);
            }
        }
        // A body that begins with fields is a header section to readers that take the empty line before it for none.
        var isHeader = forScannersOnly && blocks.Count > 0 && _delimiters.IsKnown && ContentBlocks.IsFirst(text, blocks[0]);
        foreach (var block in blocks)
            InBlock(text, block, forScannersOnly && !isHeader && !_delimiters.Precedes(text, block.Start));
        foreach (var run in runs)
            InRun(text, run);
    }

    private void InBlock(StoredContent text, ContentBlock block, bool forScannersOnly)
    {
        foreach (var start in block.Bodies)
        {
            var body = new OctetRange(start, block.End - start);
            if (body.Length <= 0)
            {
                // Its names are known even when its body is empty or was cut off.
                if (!forScannersOnly && block.Fields.FileNames.Count > 0)
                    Add(EmptyContent.Instance, block.Fields, forScannersOnly);
                continue;
            }
            Add(Decode(text, body, block.Fields.Encoding, out var clean), block.Fields, forScannersOnly);
            foreach (var other in block.Fields.OtherEncodings)
                Add(Decode(text, body, other, out _), block.Fields, forScannersOnly);
            if (!clean && block.Fields.Encoding == TransferEncoding.Base64)
                foreach (var decoder in Base64Readings.All())
                    Add(Decode(text, body, decoder), block.Fields, forScannersOnly);
        }
    }

    private void InRun(StoredContent text, EncodedRun run)
    {
        var range = new OctetRange(run.Start, run.Length);
        if (run.Kind == RunKind.Base64)
        {
            foreach (var decoder in Base64Readings.OfRun(run.HasPadding, run.IsUrlSafe))
                Add(Decode(text, range, decoder), null, forScannersOnly: true);
            return;
        }
        Add(Decode(text, range, run.Kind switch
        {
            RunKind.YEnc => new YEncDecoder(),
            RunKind.XxEncode => new XxDecoder(),
            RunKind.BinHex => TransferDecoder.Create(TransferEncoding.BinHex),
            RunKind.Uuencode => TransferDecoder.Create(TransferEncoding.Uuencode),
            _ => TransferDecoder.Create(TransferEncoding.QuotedPrintable),
        }), null, forScannersOnly: true);
    }

    /// <param name="clean">Nothing was left over and nothing had to be skipped.</param>
    private StoredContent Decode(StoredContent text, OctetRange range, TransferEncoding encoding, out bool clean)
    {
        clean = true;
        if (encoding.IsIdentity())
            return new SliceContent(text, range.Offset, range.Length);
        var decoder = TransferDecoder.Create(encoding);
        var content = Decode(text, range, decoder);
        clean = decoder is { JunkOctets: 0, DataAfterEnd: false, Truncated: false };
        return content;
    }

    private StoredContent Decode(StoredContent text, OctetRange range, TransferDecoder decoder)
    {
        using var writer = store.Create(range.Length + 64, isBound: false);
        DecodeTo(text, range, decoder, writer);
        return writer.Complete();
    }

    private void DecodeTo(StoredContent text, OctetRange range, TransferDecoder decoder, PartWriter writer)
    {
        foreach (var piece in ContentPieces.Of(text, range.Offset, range.Offset + range.Length))
        {
            budget.CancellationToken.ThrowIfCancellationRequested();
            decoder.Decode(piece.Span, writer);
        }
        decoder.Finish(writer);
    }

    private void Add(StoredContent content, MimeEntity? source, bool forScannersOnly)
    {
        var hasNames = !forScannersOnly && source is { FileNames.Count: > 0 };
        if (_found >= MaxFound || (content.Length == 0 && !hasNames))
            return;
        // A content that is known already may have names that are not.
        if (content.Length > 0 && IsKnown(content) && !(hasNames && source!.FileNames.Any(name => !_names.Contains(name))))
            return;
        _found++;
        var part = forScannersOnly ? parts.AddHidden() : parts.AddNext(parent: null, placement: "");
        if (source is not null)
            part.DeclaredTypes = [source.MediaType];
        if (hasNames)
        {
            part.Names = source!.FileNames;
            _names.UnionWith(part.Names);
        }
        part.Content = content;
    }

    /// <summary>Compares with all parts of the same length; digests are made only where there is one.</summary>
    private bool IsKnown(StoredContent content)
    {
        if (!_knowsParts)
        {
            _knowsParts = true;
            foreach (var part in parts.All)
            {
                _names.UnionWith(part.Names);
                if (part.Content is StoredContent known && known.Length > 0)
                    Remember(known);
            }
        }
        if (!_known.TryGetValue(content.Length, out var same))
        {
            Remember(content);
            return false;
        }
        var digest = Digest(content);
        foreach (var other in same)
            if (Digest(other).AsSpan().SequenceEqual(digest))
                return true;
        same.Add(content);
        return false;
    }

    private void Remember(StoredContent content)
    {
        if (!_known.TryGetValue(content.Length, out var same))
            _known[content.Length] = same = [];
        same.Add(content);
    }

    private byte[] Digest(StoredContent content)
    {
        if (_digests.TryGetValue(content, out var digest))
            return digest;
        using var stream = content.OpenRead();
        return _digests[content] = SHA256.HashData(stream);
    }
}
