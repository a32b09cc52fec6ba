namespace Amavis.Mime.Transfer;

/// <summary>base64 without its first digits: some readers take stray characters before the data for junk.</summary>
/// <param name="digits">How many to skip.</param>
public sealed class SkippingBase64Decoder(int digits) : TransferDecoder
{
    private readonly Base64Decoder _inner = new();
    private int _left = digits;

    public override int MaxOutput(int inputLength) => _inner.MaxOutput(inputLength);

    protected override int DecodeCore(ReadOnlySpan<byte> input, Span<byte> output)
    {
        while (_left > 0 && !input.IsEmpty)
        {
            if (char.IsAsciiLetterOrDigit((char)input[0]) || input[0] is (byte)'+' or (byte)'/')
                _left--;
            input = input[1..];
        }
        return _inner.Decode(input, output);
    }

    protected override int FinishCore(Span<byte> output) => _inner.Finish(output);
}
