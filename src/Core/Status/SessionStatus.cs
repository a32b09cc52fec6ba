namespace Amavis.Core.Status;

/// <summary>A connection as it was at one moment.</summary>
/// <param name="Id">Log id of the session; those of its messages begin with it.</param>
/// <param name="Protocol">SMTP, LMTP, AM.PDP, ...</param>
/// <param name="Peer">Address and port of the client, or the path of the Unix socket it came by.</param>
/// <param name="State">One of <see cref="WorkState"/>.</param>
/// <param name="Age">Of the state.</param>
/// <param name="Open">Since the connection was accepted.</param>
public sealed record SessionStatus(string Id, string Protocol, string Peer, char State, TimeSpan Age, TimeSpan Open);
