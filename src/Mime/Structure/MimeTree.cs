namespace Amavis.Mime.Structure;

/// <summary>What a message consists of.</summary>
public sealed class MimeTree
{
    internal MimeTree(MimeReaderOptions options, IReadOnlyList<MimeEntity> entities, IReadOnlyList<MimeDefect> defects, bool gaveUp, long length)
    {
        Options = options;
        Entities = entities;
        Defects = defects;
        GaveUp = gaveUp;
        Length = length;
    }

    /// <summary>How it was read.</summary>
    public MimeReaderOptions Options { get; }

    /// <summary>In order of appearance; the first is the message itself.</summary>
    public IReadOnlyList<MimeEntity> Entities { get; }

    public MimeEntity Root => Entities[0];

    /// <summary>In order of discovery; at most <see cref="MimeReader.MaxDefects"/>.</summary>
    public IReadOnlyList<MimeDefect> Defects { get; }

    /// <summary>There were too many parts: the entities are those before, the last one may be cut.</summary>
    public bool GaveUp { get; }

    /// <summary>Octets read.</summary>
    public long Length { get; }

    public bool IsAmbiguous => Defects.Any(d => d.Kind.IsAmbiguity());

    /// <summary>The MIME errors in words, each kind once; they make the header section bad (category 4,1).</summary>
    public IReadOnlyList<string> Errors => [.. Defects.Where(d => d.Kind.IsError()).Select(d => d.Kind).Distinct().Select(k => k.Describe())];

    /// <summary>All entities, parents before children, in the order of the message; safe for any depth.</summary>
    public IEnumerable<MimeEntity> DepthFirst()
    {
        var open = new Stack<MimeEntity>();
        open.Push(Root);
        while (open.TryPop(out var entity))
        {
            yield return entity;
            for (var i = entity.Children.Count - 1; i >= 0; i--)
                open.Push(entity.Children[i]);
        }
    }

    /// <summary>
    /// Other ways in which mail readers may take this message apart, as far as the defects give reason; empty for proper mail.
    /// What is found only by these should be shown to the scanners as well.
    /// </summary>
    public IReadOnlyList<MimeReaderOptions> OtherReadings()
    {
        var readings = new List<MimeReaderOptions>();
        if (Has(MimeDefectKind.RepeatedBoundary))
            readings.Add(Options with { FirstBoundary = !Options.FirstBoundary });
        if (Has(MimeDefectKind.RepeatedContentType))
            readings.Add(Options with { LastContentType = !Options.LastContentType });
        if (Has(MimeDefectKind.BlankLineInHeader))
            readings.Add(Options with { HeaderEnding = HeaderEnding.BlankLine });
        if (Has(MimeDefectKind.HeaderUnparsable) || Has(MimeDefectKind.NonFieldLine) || Has(MimeDefectKind.HeaderNotEnded))
            readings.Add(Options with { HeaderEnding = HeaderEnding.NonField });
        if (Has(MimeDefectKind.DelimiterWithTail) || Has(MimeDefectKind.OddBoundary))
            readings.Add(Options with { DelimiterPrefix = true });
        if (Has(MimeDefectKind.DelimiterAfterClose) || Has(MimeDefectKind.NestedSameBoundary))
            readings.Add(Options with { ReopenClosed = true });
        readings.RemoveAll(r => r == Options);
        return readings;
    }

    private bool Has(MimeDefectKind kind) => Defects.Any(d => d.Kind == kind);
}
