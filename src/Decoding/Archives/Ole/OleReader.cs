using System.Buffers.Binary;
using System.Text;
using Amavis.Decoding.Storage;
using Amavis.Decoding.Typing;

namespace Amavis.Decoding.Archives.Ole;

/// <summary>
/// Takes out of compound documents what somebody put into them: embedded files, attachments of Outlook messages, cabinets of installers.
/// The streams the document itself consists of stay in it, where scanners that know documents look at them.
/// </summary>
internal static class OleReader
{
    private const string PackageName = "\u0001Ole10Native";
    private const string AttachmentData = "__substg1.0_37010102";
    private const int HeadOctets = 4096;
    private const int MaxNameOctets = 1024;
    private const int MaxSiblings = 1000;

    /// <summary>Long and short names of attachments, in UTF-16 and in octets (MS-OXMSG 2.2.2).</summary>
    private static readonly string[] AttachmentNames = ["__substg1.0_3707001F", "__substg1.0_3704001F", "__substg1.0_3707001E", "__substg1.0_3704001E"];

    /// <summary>A document that is damaged is one that scanners see as it is; nothing is said of it.</summary>
    public static ArchiveFindings Read(StoredContent content, MemberSink members)
    {
        if (OleDocument.Open(content) is not { } document)
            return ArchiveFindings.None;
        var names = NamesOfAttachments(content, document);
        for (var i = 0; i < document.Entries.Count; i++)
        {
            var entry = document.Entries[i];
            if (entry.Type != OleEntryType.Stream || entry.Length == 0)
                continue;
            var pieces = document.Pieces(entry);
            var head = Head(content, pieces);
            if (entry.Name == PackageName)
                Package(content, pieces, head, members);
            else if (entry.Name == AttachmentData)
                Copy(content, pieces, 0, long.MaxValue, members, names.GetValueOrDefault(i, ""));
            else if (IsForeign(ContentTyper.Identify(head, entry.Length)))
                Copy(content, pieces, 0, long.MaxValue, members, string.Concat(entry.Name.Where(c => !char.IsControl(c))));
        }
        return ArchiveFindings.None;
    }

    /// <summary>No stream of a document's own begins like a program or an archive.</summary>
    private static bool IsForeign(ContentType type) =>
        type.Kind is not (ContentKind.Plain or ContentKind.Encrypted) || type.ShortTypes[0] is "exe" or "pdf" or "rtf" or "swf" or "java";

    /// <summary>A file wrapped by the packager: its size, flags, label, path, path of a temporary copy, size and octets of the file.</summary>
    private static void Package(StoredContent content, List<(long, int)> pieces, ReadOnlySpan<byte> head, MemberSink members)
    {
        var at = 6;
        var label = Text(head, ref at);
        var path = label is null ? null : Text(head, ref at);
        if (path is null || head.Length < at + 12)
        {
            Copy(content, pieces, 4, long.MaxValue, members, label ?? "");
            return;
        }
        at += 8 + (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(head[(at + 4)..]), MaxNameOctets);
        var length = head.Length >= at + 4 ? BinaryPrimitives.ReadUInt32LittleEndian(head[at..]) : uint.MaxValue;
        Copy(content, pieces, at + 4, length, members, path, label!); // there was one, or there would be no path
    }

    private static string? Text(ReadOnlySpan<byte> head, ref int at)
    {
        if (at >= head.Length || head[at..].IndexOf((byte)0) is not (>= 0 and < MaxNameOctets and var end))
            return null;
        var text = MemberNames.Utf8OrLatin1(head.Slice(at, end));
        at += end + 1;
        return text;
    }

    /// <summary>The names that stand beside the data of attachments, by the index of the data's stream.</summary>
    private static Dictionary<int, string> NamesOfAttachments(StoredContent content, OleDocument document)
    {
        var names = new Dictionary<int, string>();
        var entries = document.Entries;
        foreach (var storage in entries.Where(entry => entry.Type == OleEntryType.Storage && entry.Name.StartsWith("__attach", StringComparison.Ordinal)).Take(MaxSiblings))
        {
            var below = Below(storage, entries);
            if (!below.TryGetValue(AttachmentData, out var data))
                continue;
            foreach (var wanted in AttachmentNames)
            {
                if (!below.TryGetValue(wanted, out var name))
                    continue;
                var head = Head(content, document.Pieces(entries[name]));
                names[data] = wanted.EndsWith('F') ? Encoding.Unicode.GetString(head) : MemberNames.Utf8OrLatin1(head);
                break;
            }
        }
        return names;
    }

    /// <summary>Indexes of the entries of a storage by their names; each is visited once, whatever the links say.</summary>
    private static Dictionary<string, int> Below(OleEntry storage, IReadOnlyList<OleEntry> entries)
    {
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        var open = new Stack<uint>([storage.Child]);
        var seen = new HashSet<uint>();
        while (open.TryPop(out var index) && seen.Count < MaxSiblings)
        {
            if (index >= entries.Count || !seen.Add(index))
                continue;
            var entry = entries[(int)index];
            found.TryAdd(entry.Name, (int)index);
            open.Push(entry.Left);
            open.Push(entry.Right);
        }
        return found;
    }

    private static byte[] Head(StoredContent content, List<(long Offset, int Length)> pieces)
    {
        var head = new byte[(int)Math.Min(HeadOctets, pieces.Sum(piece => (long)piece.Length))];
        var filled = 0;
        foreach (var (offset, length) in pieces)
        {
            if (filled == head.Length)
                break;
            filled += content.Read(offset, head.AsSpan(filled, Math.Min(length, head.Length - filled)));
        }
        return head[..filled];
    }

    private static void Copy(StoredContent content, List<(long Offset, int Length)> pieces, long skip, long length, MemberSink members, params string[] names)
    {
        using var output = members.Open(members.Add(MemberNames.Of(names)));
        var buffer = new byte[4096];
        foreach (var (offset, octets) in pieces)
        {
            var from = (int)Math.Min(skip, octets);
            skip -= from;
            var count = (int)Math.Min(octets - from, length);
            if (count <= 0)
                continue;
            var read = content.Read(offset + from, buffer.AsSpan(0, count));
            output.Write(buffer.AsSpan(0, read));
            length -= read;
        }
        output.Complete();
    }
}
