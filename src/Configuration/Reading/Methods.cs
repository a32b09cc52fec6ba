using Amavis.Configuration.Yaml;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>Reads delivery methods.</summary>
internal static class Methods
{
    /// <summary>One method or a list of them; null and the empty text: none.</summary>
    public static bool Method(Node node, BindContext context, out DeliveryMethod? value)
    {
        value = null;
        if (node is ScalarNode { IsNull: true } or ScalarNode { Text: "" })
            return true;
        if (node is MapNode)
            return context.Expects(node, "a delivery method such as \"smtp:[127.0.0.1]:10025\"");
        var targets = new List<DeliveryTarget>();
        var items = node is ListNode list ? list.Items : [node];
        foreach (var item in items)
            if (Target(item, context, alone: items.Count == 1) is { } target)
                targets.Add(target);
        if (targets.Count < items.Count)
            return false;
        value = targets.Count == 0 ? null : new DeliveryMethod(targets);
        return true;
    }

    /// <summary>The fault of a method given as text, or null when it is good.</summary>
    public static string? Fault(string text) => Fault(text, out _);

    private static string? Fault(string text, out DeliveryTarget? target)
    {
        if (!DeliveryTarget.TryParse(text, out target, out var fault))
            return fault;
        if (target!.Protocol == DeliveryProtocol.Pipe && !target.Path.Contains("argv=", StringComparison.Ordinal))
            return $"\"{text}\": pipe: needs argv=";
        if (target.Protocol is DeliveryProtocol.Bsmtp or DeliveryProtocol.Local && target.Path.Length == 0)
            return $"\"{text}\" names no file";
        return text.Any(char.IsControl) ? "holds a control character or line end" : null;
    }

    private static DeliveryTarget? Target(Node node, BindContext context, bool alone)
    {
        if (node is not ScalarNode { IsNull: false } scalar)
        {
            context.Expects(node, "a delivery method such as \"smtp:[127.0.0.1]:10025\"");
            return null;
        }
        if (Fault(scalar.Text, out var target) is { } fault)
        {
            context.Fault(node, fault);
            return null;
        }
        if (alone || target!.Protocol is DeliveryProtocol.Smtp or DeliveryProtocol.Lmtp)
            return target;
        context.Fault(node, $"\"{scalar.Text}\": only smtp: and lmtp: can stand in a list");
        return null;
    }
}
