namespace Amavis.Protocols.AmPdp;

/// <summary>Does what clients ask for.</summary>
public interface IAmPdpHandler
{
    /// <summary>Answers one request; an exception becomes a temporary failure for the client, with its message.</summary>
    Task<AmPdpReply> HandleAsync(AmPdpMessage request, CancellationToken cancellationToken);

    /// <summary>Told of an exception of <see cref="HandleAsync"/>, to log it.</summary>
    void OnFailure(AmPdpMessage request, Exception exception);
}
