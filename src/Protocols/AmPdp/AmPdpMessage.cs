namespace Amavis.Protocols.AmPdp;

/// <summary>One line of a request or reply, decoded. The value may hold any character: whoever uses it checks it.</summary>
public readonly record struct AmPdpAttribute(string Name, string Value);

/// <summary>A request or a reply as received: its attributes in order.</summary>
/// <param name="UnparsableLines">Lines that were no attribute and are left out.</param>
public sealed record AmPdpMessage(IReadOnlyList<AmPdpAttribute> Attributes, int UnparsableLines)
{
    /// <summary>The first value of an attribute, or null. Names are compared as they are.</summary>
    public string? Value(string name)
    {
        foreach (var attribute in Attributes)
            if (attribute.Name == name)
                return attribute.Value;
        return null;
    }

    /// <summary>All values of an attribute in order.</summary>
    public IReadOnlyList<string> Values(string name) => [.. Attributes.Where(a => a.Name == name).Select(a => a.Value)];

    /// <summary>The kind of request in lower case; empty when it is not said.</summary>
    public string Request => Value("request")?.ToLowerInvariant() ?? "";
}
