namespace Amavis.Dns.Messages;

/// <summary>A question of class IN (RFC 1035 §4.1.2).</summary>
/// <param name="Name">As <see cref="DnsName"/> has it; compared without regard to case.</param>
public readonly record struct DnsQuestion(string Name, RecordType Type)
{
    public bool Equals(DnsQuestion other) => Type == other.Type && DnsName.Same(Name, other.Name);

    public override int GetHashCode() => HashCode.Combine(Type, StringComparer.OrdinalIgnoreCase.GetHashCode(Name));

    public override string ToString() => $"{Name} {Type}";
}
