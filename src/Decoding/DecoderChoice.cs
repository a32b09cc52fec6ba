using Amavis.Core.Policy;
using Amavis.Decoding.Archives;
using Amavis.Decoding.Helpers;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using Amavis.Decoding.Typing;

namespace Amavis.Decoding;

/// <summary>Takes one content apart.</summary>
internal delegate ArchiveFindings ArchiveReader(StoredContent content, MemberSink members, UnpackLimits limits);

/// <summary>Who takes a content apart: one of our own readers, or a program.</summary>
internal sealed record DecoderChoice(ArchiveReader? Reader, (Helper Helper, string Path)? Program = null)
{
    private const string OleDecoder = "do_ole";

    /// <summary>Kinds that the original's table has no type for; a table of the configuration does not have to name them.</summary>
    private static readonly ContentKind[] Unnamed = [ContentKind.Lzip, ContentKind.OtherArchive];

    /// <summary>
    /// The decoder of a content, by the table of the configuration: its first entry that takes one of the types and has a program that is
    /// installed. Our own readers stand in for programs that do the same. Null: there is none.
    /// </summary>
    /// <param name="shortTypes">Found and configured ones.</param>
    public static DecoderChoice? For(ContentKind kind, IReadOnlyList<string> shortTypes, UnpackLimits limits)
    {
        if (limits.Decoders.Entries is not { } entries)
            return BuiltIn(kind, limits);
        foreach (var entry in entries)
            if (Takes(entry, kind, shortTypes) && Of(entry, kind, limits) is { } choice)
                return choice;
        return Array.IndexOf(Unnamed, kind) >= 0 ? BuiltIn(kind, limits) : null;
    }

    private static DecoderChoice? BuiltIn(ContentKind kind, UnpackLimits limits)
    {
        var programs = limits.Decoders.Programs;
        if (ArchiveReaders.For(kind) is { } reader)
            return limits.UsesHelpers && HelperTable.FindInstead(kind, programs, limits.ProgramPath) is { } instead ? new(null, instead) : new(reader);
        return limits.UsesHelpers && HelperTable.Find(kind, programs, limits.ProgramPath) is { } found ? new(null, found) : null;
    }

    /// <summary>Documents that are ZIP archives have types of their own.</summary>
    private static bool Takes(DecoderEntry entry, ContentKind kind, IReadOnlyList<string> shortTypes)
    {
        if (entry.Decoder == OleDecoder && kind is not (ContentKind.Ole or ContentKind.Plain))
            return false;
        foreach (var type in entry.Types)
            if (shortTypes.Contains(type) || (type == "zip" && kind is ContentKind.Zip or ContentKind.Appended) || (type == "doc" && kind == ContentKind.Ole))
                return true;
        return false;
    }

    private static DecoderChoice? Of(DecoderEntry entry, ContentKind kind, UnpackLimits limits)
    {
        if (entry.Decoder == "built-in")
            return BuiltIn(kind, limits);
        var reader = ArchiveReaders.For(kind) ?? (entry.Decoder == "do_ascii" ? ArchiveReaders.Encoded : null);
        if (entry.Programs is null)
            return reader is null ? null : new(reader);
        if (reader is not null && entry.Programs.Count > 0 && entry.Programs.All(HelperForms.IsReplaced))
            return new(reader);
        if (limits.UsesHelpers)
            foreach (var command in entry.Programs)
                if (HelperTable.Find(entry.Decoder, command, limits.ProgramPath) is { } found)
                    return new(null, found);
        return null;
    }
}
