using System.Buffers;
using Amavis.Decoding.Storage;
using Amavis.Mime.Structure;
using Amavis.Mime.Transfer;

namespace Amavis.Decoding.Archives;

/// <summary>Takes uuencoded and BinHex files out of a text: the MIME reader finds them, as it does in the texts of a message.</summary>
internal static class EncodedTextReader
{
    private const int ChunkOctets = 16 << 10;

    private static readonly MimeReaderOptions Options = new() { MaxParts = 100_000 };

    public static ArchiveFindings Read(StoredContent content, MemberSink members)
    {
        var text = WithLineEnds(content, members);
        var tree = MimeReader.Read(Pieces(text, 0, text.Length), Options);
        var findings = tree.GaveUp || tree.Defects.Any(static defect => defect.Kind == MimeDefectKind.EmbeddedFileNotEnded) ? ArchiveFindings.Damaged : ArchiveFindings.None;
        var found = false;
        foreach (var leaf in tree.Entities)
        {
            if (!leaf.IsLeaf || leaf.Encoding is not (TransferEncoding.Uuencode or TransferEncoding.BinHex))
                continue;
            found = true;
            if (!TryDecode(text, leaf, members))
                findings |= ArchiveFindings.Damaged;
        }
        return found ? findings : ArchiveFindings.None;
    }

    /// <summary>A BinHex file with a resource fork becomes two members, as each of the two is a file to others.</summary>
    private static bool TryDecode(StoredContent text, MimeEntity leaf, MemberSink members)
    {
        var names = MemberNames.Of(leaf.FileNames);
        var decoder = TransferDecoder.Create(leaf.Encoding);
        using var data = members.Open(members.Add(names), leaf.Body.Length);
        MemberOutput? resources = null;
        try
        {
            var decoded = new byte[decoder.MaxOutput(Math.Min(decoder.PieceOctets, ChunkOctets))];
            foreach (var piece in Pieces(text, leaf.Body.Offset, leaf.Body.Length))
                for (var rest = piece; !rest.IsEmpty;)
                {
                    var length = Math.Min(rest.Length, Math.Min(decoder.PieceOctets, ChunkOctets));
                    Write(decoded.AsSpan(0, decoder.Decode(rest.Span[..length], decoded)));
                    rest = rest[length..];
                }
            Write(decoded.AsSpan(0, decoder.Finish(decoded)));
            data.Complete();
            resources?.Complete();
            return !decoder.Undecodable;
        }
        finally
        {
            resources?.Dispose();
        }

        void Write(ReadOnlySpan<byte> octets)
        {
            var dataLeft = decoder is BinHexDecoder binHex ? Math.Max(0, binHex.DataOctets - data.Length) : octets.Length;
            var own = (int)Math.Min(dataLeft, octets.Length);
            data.Write(octets[..own]);
            if (own == octets.Length)
                return;
            resources ??= members.Open(members.Add(names));
            resources.Write(octets[own..]);
        }
    }

    /// <summary>The text as the body of a message, all lines ending in CRLF.</summary>
    private static StoredContent WithLineEnds(StoredContent content, MemberSink members)
    {
        using var writer = members.Scratch(content.Length + (content.Length / 32));
        writer.Write("\r\n"u8);
        var afterCr = false;
        foreach (var piece in Pieces(content, 0, content.Length))
        {
            for (var rest = piece.Span; !rest.IsEmpty;)
            {
                var end = rest.IndexOf((byte)'\n');
                var line = end < 0 ? rest : rest[..end];
                writer.Write(line);
                afterCr = line.IsEmpty ? afterCr : line[^1] == '\r';
                if (end < 0)
                    break;
                writer.Write(afterCr ? "\n"u8 : "\r\n"u8);
                afterCr = false;
                rest = rest[(end + 1)..];
            }
        }
        return writer.Complete();
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Pieces(StoredContent content, long offset, long length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkOctets);
        try
        {
            for (var end = offset + length; offset < end;)
            {
                var read = content.Read(offset, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - offset)));
                if (read == 0)
                    yield break;
                yield return buffer.AsMemory(0, read);
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
