namespace Amavis.Decoding.Codecs;

/// <summary>The decoders one message uses; made when first needed, their buffers are given back at the end.</summary>
internal sealed class CodecSet : IDisposable
{
    private Inflater? _inflater;
    private Bzip2Decoder? _bzip2;

    public Inflater Inflater => _inflater ??= new Inflater();

    public Bzip2Decoder Bzip2 => _bzip2 ??= new Bzip2Decoder();

    public void Dispose()
    {
        _inflater?.Dispose();
        _bzip2?.Dispose();
    }
}
