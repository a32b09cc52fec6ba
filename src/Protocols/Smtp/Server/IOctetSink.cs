namespace Amavis.Protocols.Smtp.Server;

/// <summary>Where decoded message octets go. Does not throw: a sink that can't go on drops them.</summary>
public interface IOctetSink
{
    void Write(ReadOnlySpan<byte> octets);
}
