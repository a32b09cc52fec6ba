using System.Buffers;
using Amavis.Core.Parts;
using Amavis.Decoding.Archives;
using Amavis.Decoding.Archives.Zip;
using Amavis.Decoding.Codecs;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using Amavis.Decoding.Typing;

namespace Amavis.Decoding.Helpers;

/// <summary>
/// Has programs unpack the members of ZIP archives whose method we do not read: LZMA, PPMd, the old ones of PKZIP by 7-Zip, Zstandard
/// and XZ by their own programs, since such a member is a whole file of that format (APPNOTE 4.4.5).
/// </summary>
internal sealed class ZipHelpers(HelperRun helpers, UnpackLimits limits)
{
    private const ushort OldZstandard = 20;
    private const ushort Zstandard = 93;
    private const ushort Xz = 95;

    private const int CrcOctets = 64 << 10;

    /// <summary>Encrypted by a method that is none.</summary>
    private const ushort Encrypted = 99;

    public async Task<ArchiveFindings> ReadAsync(MemberSink members)
    {
        var findings = ArchiveFindings.None;
        var rest = new List<PostponedMember>();
        // An archive of more would need wider numbers.
        foreach (var member in members.Postponed)
        {
            if (FileKind(member.Entry.Method) is { } kind)
                findings |= await ReadFileAsync(member, kind, members);
            else if (member.Entry.Method == Encrypted || rest.Count >= ushort.MaxValue || member.Data.Length > int.MaxValue || member.Entry.Octets > uint.MaxValue)
                findings |= ArchiveFindings.Unsupported;
            else
                rest.Add(member);
        }
        if (rest.Count > 0)
            findings |= await ReadRestAsync(rest, members);
        foreach (var member in members.Postponed)
        {
            if (IsWhole(member))
            {
                member.Part.Attributes &= ~PartAttributes.Undecipherable;
                continue;
            }
            findings |= ArchiveFindings.Unsupported;
            // Nothing came out, which is something else than an empty file.
            if (member.Part.Size == 0)
                member.Part.Content = null;
        }
        return findings;
    }

    /// <summary>Programs leave what they got of a member that is damaged.</summary>
    private static bool IsWhole(PostponedMember member)
    {
        if (member.Part.Content is not StoredContent content || content.Length != member.Entry.Octets)
            return false;
        uint crc = 0;
        var buffer = ArrayPool<byte>.Shared.Rent(CrcOctets);
        for (var at = 0L; content.Read(at, buffer) is > 0 and var read; at += read)
            crc = Crc32.Update(crc, buffer.AsSpan(0, read));
        ArrayPool<byte>.Shared.Return(buffer);
        return crc == member.Entry.Crc;
    }

    private static ContentKind? FileKind(ushort method) => method switch { OldZstandard or Zstandard => ContentKind.Zstd, Xz => ContentKind.Xz, _ => null };

    private async Task<ArchiveFindings> ReadFileAsync(PostponedMember member, ContentKind kind, MemberSink members)
    {
        if (Find(kind) is not { } found)
            return ArchiveFindings.Unsupported;
        return await helpers.ReadAsync(found.Helper, found.Path, member.Data, members.For(member.Part));
    }

    private async Task<ArchiveFindings> ReadRestAsync(List<PostponedMember> rest, MemberSink members)
    {
        if (Find(ContentKind.SevenZip) is not { } found)
            return ArchiveFindings.Unsupported;
        var parts = new Dictionary<string, MessagePart>(rest.Count, StringComparer.Ordinal);
        for (var i = 0; i < rest.Count; i++)
            parts[PostponedMember.Name(i)] = rest[i].Part;
        return await helpers.ReadAsync(found.Helper, found.Path, PostponedMember.Repack(rest, members), members.For(parts));
    }

    private (Helper Helper, string Path)? Find(ContentKind kind) =>
        limits.UsesHelpers ? HelperTable.Find(kind, limits.Decoders.Programs, limits.ProgramPath) : null;
}
