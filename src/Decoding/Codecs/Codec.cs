namespace Amavis.Decoding.Codecs;

/// <summary>How decoding ended; what was decoded until then has been written in every case.</summary>
internal enum CodecResult
{
    Complete,
    /// <summary>The input ended too early.</summary>
    Truncated,
    /// <summary>The input is not what the format allows, or a checksum differs.</summary>
    Corrupt,
}

/// <summary>Takes decoded octets.</summary>
internal interface IOctetSink
{
    void Write(ReadOnlySpan<byte> octets);
}
