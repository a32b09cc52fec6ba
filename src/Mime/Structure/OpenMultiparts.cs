using System.Diagnostics.CodeAnalysis;

namespace Amavis.Mime.Structure;

/// <summary>What a line that begins with two hyphens is.</summary>
internal enum DelimiterKind
{
    None,
    Open,
    Close,
    /// <summary>Of the innermost multipart, which is closed already.</summary>
    AfterClose,
    /// <summary>The delimiter, then other text.</summary>
    WithTail,
}

/// <summary>A multipart whose end has not been reached.</summary>
internal sealed class OpenMultipart(MimeEntity entity, byte[] boundary)
{
    public MimeEntity Entity { get; } = entity;

    public byte[] Boundary { get; } = boundary;

    /// <summary>Level of an outer multipart with the same boundary, or -1.</summary>
    public int OuterSame { get; init; } = -1;

    public bool HasParts { get; set; }

    public bool IsClosed { get; set; }

    /// <summary>Valid when closed.</summary>
    public long EpilogueOffset { get; set; }
}

/// <summary>
/// The multiparts open at the place being read, found by boundary in constant time whatever the depth; where two have the
/// same boundary the inner one counts.
/// </summary>
internal sealed class OpenMultiparts
{
    /// <summary>Levels looked at for a delimiter that only begins a line; all of them would make deep nesting quadratic.</summary>
    private const int TailLevels = 8;

    private readonly List<OpenMultipart> _levels = [];
    private readonly Dictionary<byte[], int> _byBoundary = new(new OctetsComparer());
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    public OpenMultiparts() => _lookup = _byBoundary.GetAlternateLookup<ReadOnlySpan<byte>>();

    public int Count => _levels.Count;

    public OpenMultipart this[int level] => _levels[level];

    /// <returns>True when an outer one has the same boundary.</returns>
    public bool Push(MimeEntity entity, byte[] boundary)
    {
        var same = _byBoundary.TryGetValue(boundary, out var outer);
        _levels.Add(new OpenMultipart(entity, boundary) { OuterSame = same ? outer : -1 });
        _byBoundary[boundary] = _levels.Count - 1;
        return same;
    }

    public OpenMultipart Pop()
    {
        var top = _levels[^1];
        Forget(_levels.Count - 1);
        _levels.RemoveAt(_levels.Count - 1);
        return top;
    }

    /// <summary>Delimiters of this level are no longer looked for; an outer level with the same boundary comes into its own.</summary>
    public void Forget(int level)
    {
        var open = _levels[level];
        if (!_byBoundary.TryGetValue(open.Boundary, out var current) || current != level)
            return;
        if (open.OuterSame >= 0)
            _byBoundary[open.Boundary] = open.OuterSame;
        else
            _byBoundary.Remove(open.Boundary);
    }

    /// <summary>Says what a line is, given without its two hyphens and its line end.</summary>
    public DelimiterKind Match(ReadOnlySpan<byte> text, bool acceptTail, out int level)
    {
        text = text.TrimEnd(" \t\r"u8);
        var open = _lookup.TryGetValue(text, out var asOpen) ? asOpen : -1;
        var close = text.EndsWith("--"u8) && _lookup.TryGetValue(text[..^2], out var asClose) ? asClose : -1;
        level = Math.Max(open, close);
        if (level >= 0)
            return open >= close ? DelimiterKind.Open : DelimiterKind.Close;
        level = _levels.Count - 1;
        if (level < 0)
            return DelimiterKind.None;
        if (_levels[level].IsClosed && IsDelimiterOf(text, _levels[level].Boundary))
            return DelimiterKind.AfterClose;
        for (var lowest = Math.Max(0, _levels.Count - TailLevels); level >= lowest; level--)
        {
            var candidate = _levels[level];
            if (candidate.IsClosed || !text.StartsWith(candidate.Boundary))
                continue;
            if (!acceptTail)
                return DelimiterKind.WithTail;
            return text[candidate.Boundary.Length..].StartsWith("--"u8) ? DelimiterKind.Close : DelimiterKind.Open;
        }
        return DelimiterKind.None;
    }

    private static bool IsDelimiterOf(ReadOnlySpan<byte> text, byte[] boundary) =>
        text.StartsWith(boundary) && (text.Length == boundary.Length || text[boundary.Length..].SequenceEqual("--"u8));

    /// <summary>Hashes with the per-process seed, so that boundaries cannot be chosen to collide.</summary>
    private sealed class OctetsComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
