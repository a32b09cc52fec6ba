using Amavis.Core.Policy;
using Amavis.Engine.Delivery.Mangling;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Delivery;

/// <summary>Which way a recipient's copy goes, by category and recipient.</summary>
internal static class MethodChooser
{
    /// <returns>Null: nobody here delivers.</returns>
    /// <exception cref="MessageFaultException">A lookup gave something that is no delivery method.</exception>
    public static DeliveryMethod? Choose(RecipientVerdict verdict, MangleChoice mangling)
    {
        var settings = verdict.Policy.Settings;
        var maps = settings.DeliveryByCcat.ForwardMethods.Find(verdict.Categories, verdict.Blocking);
        var text = maps?.Text(verdict.Policy.Keys) ?? "";
        if (!DeliveryMethod.TryParseLookup(text, out var method))
            throw new MessageFaultException("forward", $"forward_method_maps: \"{text}\" for {verdict.Policy.Address.Bracketed} is not a delivery method");
        return method is not null && mangling.Kind != ManglingKind.None ? settings.ResendMethod ?? method : method;
    }
}
