using System.Buffers;

namespace Amavis.Mime.Transfer;

/// <summary>
/// Undoes a transfer encoding piece by piece; the result does not depend on where the pieces are cut. Any octets may go in:
/// what cannot be decoded is skipped and counted. One decoder reads one body and is not shared between threads.
/// </summary>
public abstract class TransferDecoder
{
    /// <summary>Octets that have no meaning in the encoding and are not blanks or line ends.</summary>
    public long JunkOctets { get; protected set; }

    /// <summary>More encoded text came after padding (base64) or after the end line (uuencode).</summary>
    public bool DataAfterEnd { get; protected set; }

    /// <summary>The body ends inside a unit of the encoding: padding, end line or hex digit is missing.</summary>
    public bool Truncated { get; protected set; }

    /// <summary>Octets decoded so far.</summary>
    public long OutputOctets { get; private set; }

    /// <summary>Octets read so far.</summary>
    public long InputOctets { get; private set; }

    /// <summary>There was something to decode and nothing came of it, or more than half of it was junk.</summary>
    public bool Undecodable => JunkOctets > 0 && (OutputOctets == 0 || JunkOctets * 2 > InputOctets);

    /// <summary>A decoder for an encoding; the identity for those that need none.</summary>
    public static TransferDecoder Create(TransferEncoding encoding) => encoding switch
    {
        TransferEncoding.Base64 => new Base64Decoder(),
        TransferEncoding.QuotedPrintable => new QuotedPrintableDecoder(),
        TransferEncoding.Uuencode => new UuDecoder(),
        TransferEncoding.BinHex => new BinHexDecoder(),
        _ => new IdentityDecoder(),
    };

    /// <summary>Octets of room that <see cref="Decode"/> needs for so much input; <see cref="Finish"/> needs what this gives for 0.</summary>
    public abstract int MaxOutput(int inputLength);

    /// <summary>Decodes the next piece.</summary>
    /// <param name="output">At least <see cref="MaxOutput"/> octets.</param>
    /// <returns>Octets written.</returns>
    public int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        InputOctets += input.Length;
        var length = DecodeCore(input, output);
        OutputOctets += length;
        return length;
    }

    /// <summary>Says that no more input follows and writes what was held back.</summary>
    public int Finish(Span<byte> output)
    {
        var length = FinishCore(output);
        OutputOctets += length;
        return length;
    }

    /// <summary>Decodes the next piece into a growing buffer.</summary>
    public void Decode(ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        while (!input.IsEmpty)
        {
            var piece = input[..Math.Min(input.Length, PieceOctets)];
            output.Advance(Decode(piece, output.GetSpan(MaxOutput(piece.Length))));
            input = input[piece.Length..];
        }
    }

    /// <inheritdoc cref="Finish(Span{byte})"/>
    public void Finish(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Advance(Finish(output.GetSpan(Math.Max(1, MaxOutput(0)))));
    }

    /// <summary>Decodes a body that is in memory as a whole.</summary>
    public static byte[] DecodeAll(TransferEncoding encoding, ReadOnlySpan<byte> body)
    {
        var decoder = Create(encoding);
        var output = new ArrayBufferWriter<byte>(Math.Max(16, body.Length));
        decoder.Decode(body, output);
        decoder.Finish(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Octets to decode at once where the room needed is out of proportion.</summary>
    public virtual int PieceOctets => 1 << 20;

    protected abstract int DecodeCore(ReadOnlySpan<byte> input, Span<byte> output);

    protected abstract int FinishCore(Span<byte> output);
}

/// <summary>Copies: 7bit, 8bit, binary, and encodings not known.</summary>
public sealed class IdentityDecoder : TransferDecoder
{
    public override int MaxOutput(int inputLength) => inputLength;

    protected override int DecodeCore(ReadOnlySpan<byte> input, Span<byte> output)
    {
        input.CopyTo(output);
        return input.Length;
    }

    protected override int FinishCore(Span<byte> output) => 0;
}
