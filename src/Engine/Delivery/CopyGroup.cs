using Amavis.Core.Policy;

namespace Amavis.Engine.Delivery;

/// <summary>Recipients whose copies are equal and go the same way.</summary>
/// <param name="Indexes">Places in the envelope, from 0.</param>
internal sealed record CopyGroup(CopyPlan Plan, string Key, DeliveryMethod Method, List<int> Indexes)
{
    /// <summary>Next hops before files, since what they say may end the matter.</summary>
    public int Order => Method.Protocol switch
    {
        DeliveryProtocol.Smtp or DeliveryProtocol.Lmtp => 0,
        DeliveryProtocol.Local => 1,
        DeliveryProtocol.Pipe => 2,
        DeliveryProtocol.Bsmtp => 3,
        _ => 4,
    };
}
