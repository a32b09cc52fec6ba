using System.Buffers;
using System.Buffers.Text;

namespace Amavis.Mime.Transfer;

/// <summary>base64 where each line stands for itself: what is left of a unit at its end is dropped.</summary>
public sealed class Base64LinesDecoder : TransferDecoder
{
    private readonly byte[] _unit = new byte[4];
    private int _held;

    public override int MaxOutput(int inputLength) => (int)(((long)inputLength + 3) / 4 * 3) + 3;

    protected override int DecodeCore(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var written = 0;
        foreach (var octet in input)
        {
            if (octet == '\n')
            {
                _held = 0;
            }
            else if (char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'+' or (byte)'/' or (byte)'=')
            {
                _unit[_held++] = octet;
                if (_held < 4)
                    continue;
                _held = 0;
                if (Base64.DecodeFromUtf8(_unit, output[written..], out _, out var octets) == OperationStatus.Done)
                    written += octets;
            }
        }
        return written;
    }

    protected override int FinishCore(Span<byte> output) => 0;
}
