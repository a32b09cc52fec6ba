using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Codecs;

/// <summary>Bits from the most significant on, with zeros behind the end of the input.</summary>
internal sealed class MsbBits(ContentCursor input)
{
    private ulong _bits;
    private int _count;
    private int _padding;

    /// <summary>Bits were taken that the input does not have.</summary>
    public bool Overrun => _padding > _count;

    /// <summary>The next bits without taking them, up to 32.</summary>
    public uint Peek(int count)
    {
        if (_count < count)
            Refill();
        return (uint)((_bits >> (_count - count)) & ((1UL << count) - 1));
    }

    public void Drop(int count) => _count -= count;

    public uint Take(int count)
    {
        var value = Peek(count);
        _count -= count;
        return value;
    }

    /// <summary>Goes to the next whole octet.</summary>
    public void Align() => _count -= _count & 7;

    /// <summary>Gives octets that were looked ahead at back to the input.</summary>
    public void Release()
    {
        input.Seek(input.Offset - (Math.Max(0, _count - _padding) >> 3));
        (_bits, _count, _padding) = (0, 0, 0);
    }

    private void Refill()
    {
        while (_count <= 56)
        {
            _bits <<= 8;
            if (input.Fill())
                _bits |= input.Buffer[input.Position++];
            else
                _padding += 8;
            _count += 8;
        }
    }
}
