using System.Text;

namespace Amavis.Programs;

/// <summary>The start of what a program wrote; the rest is read and dropped.</summary>
/// <param name="mostOctets">What it may write in all; more is a program that does not end.</param>
internal sealed class ProgramOutput(long mostOctets)
{
    private const int MaxOctets = 200 << 10;

    private readonly StringBuilder _text = new();
    private long _octets;

    public bool IsCut { get; private set; }

    public void Add(ReadOnlyMemory<byte> octets)
    {
        lock (_text)
        {
            _octets += octets.Length;
            if (_octets > mostOctets)
                throw new ProgramFaultException("it writes messages without end");
            var fitting = Math.Min(octets.Length, MaxOctets - _text.Length);
            _text.Append(Encoding.Latin1.GetString(octets.Span[..fitting]));
            IsCut |= fitting < octets.Length;
        }
    }

    public override string ToString()
    {
        lock (_text)
            return _text.ToString();
    }
}
