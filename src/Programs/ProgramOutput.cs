using System.Text;

namespace Amavis.Programs;

/// <summary>The start of what a program wrote; the rest is read and dropped.</summary>
internal sealed class ProgramOutput
{
    private const int MaxOctets = 200 << 10;

    private readonly StringBuilder _text = new();

    public bool IsCut { get; private set; }

    public void Add(ReadOnlyMemory<byte> octets)
    {
        lock (_text)
        {
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
