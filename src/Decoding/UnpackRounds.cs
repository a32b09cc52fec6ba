using System.Security.Cryptography;
using Amavis.Core.Parts;
using Amavis.Decoding.Archives;
using Amavis.Decoding.Archives.Zip;
using Amavis.Decoding.Codecs;
using Amavis.Decoding.Helpers;
using Amavis.Decoding.Hidden;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using Amavis.Decoding.Typing;

namespace Amavis.Decoding;

/// <summary>
/// Types parts and unpacks archives, round by round: what one round finds is the work of the next, until nothing new comes or a
/// limit ends it.
/// </summary>
/// <param name="decoderFailed">Told of faults of ours that a decoder ran into; the archive then counts as damaged.</param>
/// <param name="hidden">Searches the texts for what is hidden in them.</param>
internal sealed class UnpackRounds(
    PartList parts, PartStore store, UnpackBudget budget, HiddenContent hidden, Action<MessagePart, Exception>? decoderFailed) : IDisposable
{
    private readonly CodecSet _codecs = new();
    private readonly HelperRun _helpers = new(store, budget);
    private readonly HelperRun _hiddenHelpers = new(store, hidden.Budget);

    /// <summary>Why unpacking was given up, or null.</summary>
    public string? Hold { get; private set; }

    /// <summary>A program was killed.</summary>
    public bool DecoderDied => _helpers.Died;

    /// <summary>Works on the parts that are in the list, and on all that come from them.</summary>
    public async Task RunAsync()
    {
        var fresh = parts.TakeFresh();
        for (var depth = 1; fresh.Count > 0; depth++)
        {
            var typed = fresh.ConvertAll(part => (part, kind: Type(part)));
            if (Hold is not null)
                return;
            if (budget.Limits.MaxLevels > 0 && depth > budget.Limits.MaxLevels)
            {
                if (fresh.TrueForAll(part => part.ForScannersOnly))
                    return;
                Hold = UnpackBudget.TooDeep(budget.Limits.MaxLevels, "").Message;
                return;
            }
            foreach (var (part, kind) in typed)
            {
                if (Hold is not null)
                    break;
                if (kind is ContentKind.Plain or ContentKind.Encoded)
                    hidden.InPart(part);
                await UnpackAsync(part, kind, depth);
            }
            store.CloseFiles();
            fresh = parts.TakeFresh();
        }
    }

    public void Dispose() => _codecs.Dispose();

    private ContentKind Type(MessagePart part)
    {
        budget.CancellationToken.ThrowIfCancellationRequested();
        if (part.Content is not StoredContent content)
            return ContentKind.Plain;
        var type = content.WithHead(ContentTyper.HeadOctets, ContentTyper.Identify);
        // Texts can't hold an archive's end record, which has zeros.
        var appended = type.Kind == ContentKind.Plain && type.ShortTypes is not ["asc" or "txt" or "empty" or "exe", ..] && ZipReader.IsAppended(content);
        if (appended && type == ContentType.Data)
            (type, appended) = (ZipTyper.Prepended, false);
        part.FullType = type.FullType;
        part.ShortTypes = ConfiguredTypes(type.FullType) ?? type.ShortTypes;
        if (type.Kind == ContentKind.Encrypted || part.ShortTypes.Contains("pgp.enc"))
            part.Attributes |= PartAttributes.Encrypted;
        return appended ? ContentKind.Appended : type is { Kind: ContentKind.Plain, ShortTypes: ["exe", ..] } ? ContentKind.Executable : type.Kind;
    }

    private string[]? ConfiguredTypes(string fullType) =>
        budget.Limits.ShortTypes.Tables.Count > 0 && budget.Limits.ShortTypes.FindText(fullType)?.Text is { Length: > 0 } types ? types.Split(',') : null;

    private async Task UnpackAsync(MessagePart archive, ContentKind kind, int depth)
    {
        if (kind == ContentKind.Encrypted || archive.Content is not StoredContent content)
            return;
        if (budget.Limits.OnlyMarks)
        {
            if (kind != ContentKind.Plain)
                archive.Attributes |= PartAttributes.Undecipherable;
            return;
        }
        // What stands in or behind something else may be damaged without the file being so.
        var isLoose = kind is ContentKind.Appended or ContentKind.Executable or ContentKind.Ole;
        var whole = content;
        var decoder = kind == ContentKind.Executable ? SelfExtracting(archive, ref content) : DecoderChoice.For(kind, archive.ShortTypes, budget.Limits);
        var zipBehind = kind is ContentKind.Executable or ContentKind.Ole && ZipReader.IsAppended(whole) && DecoderChoice.For(ContentKind.Appended, [], budget.Limits) is not null;
        if (decoder is null && !zipBehind)
        {
            if (budget.Limits.MarkUndecodable && !isLoose && kind is not (ContentKind.Plain or ContentKind.Encoded))
                archive.Attributes |= PartAttributes.Undecipherable;
            return;
        }
        try
        {
            if (ContainsItself(archive, content))
                throw UnpackBudget.TooDeep(budget.Limits.MaxLevels > 0 ? budget.Limits.MaxLevels : depth, $": {archive.BaseName} contains itself");
            var helpers = archive.ForScannersOnly ? _hiddenHelpers : _helpers;
            var members = new MemberSink(archive, parts, store, archive.ForScannersOnly ? hidden.Budget : budget, _codecs);
            var findings = decoder switch
            {
                { Reader: { } read } => read(content, members, budget.Limits),
                { Program: var (program, path) } => await helpers.ReadAsync(program, path, content, members),
                _ => ArchiveFindings.None,
            };
            // Readers of ZIP open what stands behind another archive.
            if (zipBehind || (decoder is { Program.Helper.GivesOne: false } && ZipReader.IsAppended(whole)))
                findings |= ZipReader.Read(whole, members, budget.Limits.MaxFiles) | ArchiveFindings.Damaged;
            if (members.Postponed.Count > 0)
                findings |= await new ZipHelpers(helpers, budget.Limits).ReadAsync(members);
            Take(archive, findings, isLoose);
        }
        catch (UnpackLimitException) when (archive.ForScannersOnly)
        {
            // The scanners see the archive as it is.
            archive.Attributes |= PartAttributes.Undecipherable;
        }
        catch (UnpackLimitException limit)
        {
            Hold = limit.Message;
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or IOException or UnauthorizedAccessException or OutOfMemoryException))
        {
            // Retrying would end the same way for ever: what was read stays, and the message is known not to be looked through.
            archive.Attributes |= PartAttributes.Undecipherable;
            decoderFailed?.Invoke(archive, fault);
        }
    }

    /// <summary>The decoder of the archive that a program carries, and that archive; null: it carries none that is to be unpacked.</summary>
    private DecoderChoice? SelfExtracting(MessagePart program, ref StoredContent content)
    {
        var entries = budget.Limits.Decoders.Entries;
        if (entries is not null && !entries.Any(entry => entry.Decoder is "do_executable" or "built-in" && entry.Types.Any(program.ShortTypes.Contains)))
            return null;
        if (Typing.SelfExtracting.Find(content) is not var (kind, offset))
            return null;
        content = new SliceContent(content, offset);
        // The table of the configuration has one entry for all archives in programs.
        return DecoderChoice.For(kind, [], budget.Limits with { Decoders = budget.Limits.Decoders with { Entries = null } });
    }

    private void Take(MessagePart archive, ArchiveFindings findings, bool isLoose)
    {
        archive.Attributes |= Attributes(findings, isLoose);
        archive.IsUnpacked = findings == ArchiveFindings.None && !isLoose && archive.Children.Count > 0 && budget.Limits.KeptOriginals.FindText(archive.FullType) is not { IsTrue: true }
            && archive.Children.All(member => member.Attributes is var found && !found.HasFlag(PartAttributes.Undecipherable));
    }

    private PartAttributes Attributes(ArchiveFindings findings, bool isLoose)
    {
        var attributes = PartAttributes.None;
        if (findings.HasFlag(ArchiveFindings.Unsupported) || (findings.HasFlag(ArchiveFindings.Damaged) && budget.Limits.MarkUndecodable && !isLoose))
            attributes |= PartAttributes.Undecipherable;
        if (findings.HasFlag(ArchiveFindings.Encrypted))
            attributes |= PartAttributes.Undecipherable | PartAttributes.Encrypted;
        if (findings.HasFlag(ArchiveFindings.Ambiguous))
            attributes |= PartAttributes.Ambiguous;
        return attributes;
    }

    // An archive that gives itself again would go on for ever; without a limit of levels nothing else would end it.
    private static bool ContainsItself(MessagePart part, StoredContent content)
    {
        byte[]? digest = null;
        for (var ancestor = part.Parent; ancestor is not null; ancestor = ancestor.Parent)
        {
            if (ancestor.Content is StoredContent other && other.Length == content.Length && content.Length > 0
                && Digest(other).AsSpan().SequenceEqual(digest ??= Digest(content)))
                return true;
        }
        return false;
    }

    private static byte[] Digest(StoredContent content)
    {
        using var stream = content.OpenRead();
        return SHA256.HashData(stream);
    }
}
