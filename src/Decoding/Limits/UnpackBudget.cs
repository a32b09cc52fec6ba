using System.Globalization;

namespace Amavis.Decoding.Limits;

/// <summary>What is left of the limits for one message. Every member and every octet written passes here.</summary>
internal sealed class UnpackBudget(UnpackLimits limits, long messageOctets, CancellationToken cancellationToken)
{
    private int _files;

    public UnpackLimits Limits { get; } = limits;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    public long QuotaOctets { get; } = limits.QuotaFor(messageOctets);

    public long UsedOctets { get; private set; }

    /// <summary>Octets that may still be unpacked; below zero when the MIME parts alone are more.</summary>
    public long LeftOctets => QuotaOctets - UsedOctets;

    /// <summary>Counts what the message holds anyway: the bodies of its MIME parts may go over the quota.</summary>
    public void ChargeWithoutLimit(long octets) => UsedOctets += octets;

    /// <exception cref="UnpackLimitException">The quota is exceeded.</exception>
    public void Charge(long octets, string who)
    {
        CancellationToken.ThrowIfCancellationRequested();
        if (octets > QuotaOctets - UsedOctets)
            throw Exceeded(who, octets);
        UsedOctets += octets;
    }

    /// <param name="octets">The chunk that was too much; 0: it was not kept.</param>
    public UnpackLimitException Exceeded(string who, long octets = 0) => new(string.Create(CultureInfo.InvariantCulture,
        $"Exceeded storage quota {QuotaOctets} bytes by {who}; last chunk {octets} bytes"));

    /// <exception cref="UnpackLimitException">There are too many members.</exception>
    public void ChargeFile()
    {
        CancellationToken.ThrowIfCancellationRequested();
        if (Limits.MaxFiles > 0 && _files >= Limits.MaxFiles)
            throw new UnpackLimitException(string.Create(CultureInfo.InvariantCulture,
                $"Maximum number of files ({Limits.MaxFiles}) exceeded"));
        _files++;
    }

    public static UnpackLimitException TooDeep(int levels, string detail) => new(string.Create(CultureInfo.InvariantCulture,
        $"Maximum decoding depth ({levels}) exceeded{detail}"));
}

/// <summary>Unpacking is given up for this message; the text is the reason to hold it. Never leaves this project.</summary>
internal sealed class UnpackLimitException(string hold) : Exception(hold);
