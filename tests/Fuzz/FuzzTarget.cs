namespace Amavis.Fuzz;

/// <summary>Something that reads octets from outside, with what must hold for whatever they are.</summary>
internal abstract class FuzzTarget
{
    /// <summary>As given on the command line; also the folder of its kept cases.</summary>
    public abstract string Name { get; }

    /// <summary>Octets of an input at most.</summary>
    public virtual int MaxOctets => 16 * 1024;

    /// <summary>Octets that may be allocated whatever the length of the input is.</summary>
    public virtual long FreeAllocation => 16 << 20;

    /// <summary>Texts that inputs of this kind are made of.</summary>
    public virtual IReadOnlyList<string> Words => [];

    /// <summary>What inputs are made from; at least one.</summary>
    public abstract IEnumerable<byte[]> Seeds();

    /// <summary>Reads an input and checks what must hold. Any exception is a finding.</summary>
    /// <param name="random">For choices of the check itself, as where an input is cut; follows from the input.</param>
    public abstract void Check(byte[] input, Random random);
}
