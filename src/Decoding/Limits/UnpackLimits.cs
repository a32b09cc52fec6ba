using Amavis.Core.Lookups;
using Amavis.Core.Policy;

namespace Amavis.Decoding.Limits;

/// <summary>What one message may cost to take apart. All of it counts over the whole message, while data is written.</summary>
public sealed record UnpackLimits
{
    /// <summary>Rounds of unpacking; the MIME structure is not one of them. 0: no limit.</summary>
    public int MaxLevels { get; init; } = 14;

    /// <summary>Members of archives, counting directories, links and empty files. 0: no limit.</summary>
    public int MaxFiles { get; init; } = 3000;

    /// <summary>Octets; a message may always be unpacked to this much.</summary>
    public long MinExpansionQuota { get; init; } = 102_400;

    /// <summary>Octets; bounds what <see cref="MaxExpansionFactor"/> gives. 0: not given.</summary>
    public long MaxExpansionQuota { get; init; } = 536_870_912;

    /// <summary>A message may always be unpacked to this many times its own size.</summary>
    public double MinExpansionFactor { get; init; } = 5;

    public double MaxExpansionFactor { get; init; } = 500;

    /// <summary>A recognised archive that could not be unpacked in full gets the attribute U. The original leaves it clean.</summary>
    public bool MarkUndecodable { get; init; } = true;

    /// <summary>Directories in which helper programs are searched, parted by colons; null: our own PATH.</summary>
    public string? ProgramPath { get; init; }

    /// <summary>Whether external programs unpack what there is no reader for.</summary>
    public bool UsesHelpers { get; init; } = true;

    /// <summary>Nothing is unpacked, what could be is marked: the message is one over which decoders died.</summary>
    public bool OnlyMarks { get; init; }

    /// <summary>Time all external programs together may take for one message; what is left then is marked.</summary>
    public TimeSpan HelperTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Who unpacks what.</summary>
    public DecoderSettings Decoders { get; init; } = DecoderSettings.Default;

    /// <summary>Short types by the description in words, before the built-in ones.</summary>
    public LookupMaps ShortTypes { get; init; } = LookupMaps.Empty;

    /// <summary>Descriptions of archives that count as not unpacked although they were.</summary>
    public LookupMaps KeptOriginals { get; init; } = LookupMaps.Empty;

    public static UnpackLimits From(Settings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new UnpackLimits
        {
            MaxLevels = settings.MaxLevels,
            MaxFiles = settings.MaxFiles,
            MinExpansionQuota = settings.MinExpansionQuota,
            MaxExpansionQuota = settings.MaxExpansionQuota,
            MinExpansionFactor = settings.MinExpansionFactor,
            MaxExpansionFactor = settings.MaxExpansionFactor,
            MarkUndecodable = settings.MarkUndecodable,
            ProgramPath = settings.ProgramPath,
            Decoders = settings.Decoders,
            ShortTypes = settings.MapFullTypeToShortTypeMaps,
            KeptOriginals = settings.KeepDecodedOriginalMaps,
        };
    }

    /// <summary>How many octets a message of this size may be unpacked to.</summary>
    public long QuotaFor(long messageOctets)
    {
        var upper = Times(messageOctets, MaxExpansionFactor);
        if (MaxExpansionQuota > 0)
            upper = Math.Min(upper, MaxExpansionQuota);
        return Math.Max(Math.Max(MinExpansionQuota, Times(messageOctets, MinExpansionFactor)), upper);
    }

    private static long Times(long octets, double factor) =>
        octets * factor is var product && product < long.MaxValue / 2 ? (long)product : long.MaxValue / 2;
}
