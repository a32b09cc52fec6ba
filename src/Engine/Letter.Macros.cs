using Amavis.Mime.Headers;

namespace Amavis.Engine;

/// <summary>One step of a message's way, newest first.</summary>
internal sealed record TraceHop(string? Address, int? Port, string? With, bool IsPublic)
{
    /// <summary><c>ESMTP://192.0.2.1</c> or <c>ESMTP://[192.0.2.1]:25</c>; an address that is not known is <c>x</c>.</summary>
    public override string ToString() => Port is null ? $"{With ?? "SMTP"}://{Address ?? "x"}" : $"{With ?? "SMTP"}://[{Address ?? "x"}]:{Port}";
}

internal sealed partial class Letter
{
    private IReadOnlyList<TraceHop>? _hops;
    private byte[]? _digest;

    /// <summary>
    /// The way of the message: the step to us first, then the original client when the header does not tell of it, then the Received fields.
    /// </summary>
    public IReadOnlyList<TraceHop> Hops => _hops ??= ReadHops();

    /// <summary>Digest of the body, after the empty line.</summary>
    public byte[] BodyDigest()
    {
        if (_digest is not null)
            return _digest;
        return _digest = Quarantine.BodyDigest.Octets(_message.Spool, HeaderOctets, _message.Policy.Settings);
    }

    /// <param name="index">From the top from 0, or from the bottom from -1.</param>
    /// <returns>Null when there is none.</returns>
    public HeaderField? Field(string name, int index)
    {
        if (index == -1)
            return Header.Last(name);
        var all = Header.All(name).ToList();
        var at = index < 0 ? all.Count + index : index;
        return at >= 0 && at < all.Count ? all[at] : null;
    }

    private List<TraceHop> ReadHops()
    {
        var connection = _message.Connection;
        var hops = new List<TraceHop>();
        if (connection.Peer is { } peer)
        {
            var address = Plain(peer.Address);
            hops.Add(new TraceHop(address.ToString(), peer.Port, connection.Protocol, IpFacts.IsPublic(address)));
        }
        else
        {
            hops.Add(new TraceHop(null, null, connection.Protocol, false));
        }
        var client = _message.Client;
        if (client.Address is { } original && !original.Equals(Facts.Trace.Select(h => h.Address).FirstOrDefault()))
            hops.Add(new TraceHop(original.ToString(), client.Port, client.Protocol, IpFacts.IsPublic(original)));
        foreach (var hop in Facts.Trace)
            hops.Add(new TraceHop(hop.Address?.ToString(), hop.Port, hop.With, hop.IsPublic));
        return hops;
    }
}
