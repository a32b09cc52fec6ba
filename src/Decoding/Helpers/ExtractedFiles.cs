using System.Globalization;
using System.Text;
using Amavis.Core.Parts;
using Amavis.Decoding.Archives;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using Amavis.Programs;

namespace Amavis.Decoding.Helpers;

/// <summary>
/// Makes parts of what a program has unpacked. Names of files are octets, which we can't open by: so tar(1) puts the files into one archive,
/// and our own reader takes that apart. Links and special files are recorded by it and never followed or opened.
/// </summary>
internal sealed class ExtractedFiles(HelperPlace place, PartStore store, UnpackBudget budget)
{
    /// <summary>Where the programs are that every system has.</summary>
    public const string SystemPath = "/usr/bin:/bin";

    private const int MaxListOctets = 16 << 20;

    /// <summary>Headers and padding of tar, for each member.</summary>
    private const long TarOctets = 4096;

    /// <summary>Takes all files as members.</summary>
    /// <param name="encrypted">Paths of members whose octets are not those of the file.</param>
    /// <returns>How many members there are.</returns>
    public async Task<int> TakeAsync(IReadOnlySet<string> encrypted, MemberSink members, CancellationToken cancellationToken)
    {
        await place.OpenAsync(cancellationToken);
        var names = await ListAsync(cancellationToken);
        var clear = names.FindAll(name => !encrypted.Contains(Encoding.UTF8.GetString(name)));
        if (clear.Count > 0)
        {
            var (packed, isWhole) = await PackAsync(clear, cancellationToken);
            if (TarReader.Read(packed, members) != ArchiveFindings.None || !isWhole)
                members.Archive.Attributes |= PartAttributes.Undecipherable;
        }
        foreach (var name in encrypted)
            members.Add(MemberNames.Of(name), PartAttributes.Undecipherable | PartAttributes.Encrypted);
        return clear.Count + encrypted.Count;
    }

    /// <summary>Octets of all files.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        var result = await ProgramRunner.RunAsync(Call("du", ["-s", "-b", "--", place.Target]), cancellationToken);
        return long.TryParse(result.Output.Split('\t')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var octets) ? octets : 0;
    }

    private async Task<List<byte[]>> ListAsync(CancellationToken cancellationToken)
    {
        using var list = new MemoryStream();
        await ProgramRunner.RunAsync(
            Call("find", [place.Target, "-mindepth", "1", "-printf", "%P\\0"]) with { Output = octets => Keep(list, octets) }, cancellationToken);
        var names = new List<byte[]>();
        var rest = list.GetBuffer().AsSpan(0, (int)list.Length);
        while (rest.IndexOf((byte)0) is >= 0 and var end)
        {
            names.Add(rest[..end].ToArray());
            rest = rest[(end + 1)..];
        }
        return names;
    }

    private void Keep(MemoryStream list, ReadOnlyMemory<byte> octets)
    {
        if (list.Length + octets.Length > MaxListOctets)
            throw budget.Exceeded("names of members");
        list.Write(octets.Span);
    }

    private async Task<(StoredContent Packed, bool IsWhole)> PackAsync(List<byte[]> names, CancellationToken cancellationToken)
    {
        using var list = new MemoryStream();
        foreach (var name in names)
        {
            list.Write(name);
            list.WriteByte(0);
        }
        list.Position = 0;
        var most = Math.Max(0, budget.LeftOctets) + ((names.Count + 8) * TarOctets) + (2 * list.Length);
        using var writer = store.Create(0, isBound: false);
        var result = await ProgramRunner.RunAsync(
            Call("tar", ["-c", "-C", place.Target, "--format=gnu", "--hard-dereference", "--no-recursion", "--null", "-T", "-"]) with
            {
                Input = list,
                Output = octets =>
                {
                    if (writer.Length + octets.Length > most)
                        throw budget.Exceeded(place.Target[(place.Target.LastIndexOf('/') + 1)..]);
                    writer.Write(octets.Span);
                },
            },
            cancellationToken);
        return (writer.Complete(), result.ExitCode == 0);
    }

    private static ProgramCall Call(string program, IReadOnlyList<string> arguments) =>
        new() { Program = program, Arguments = arguments, SearchPath = SystemPath, EndsLeftovers = true };
}
