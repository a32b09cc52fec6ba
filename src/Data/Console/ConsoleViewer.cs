namespace Amavis.Data.Console;

[Flags]
public enum ConsoleRights
{
    None = 0,
    /// <summary>Log rows, explanations, headers.</summary>
    ReadMessages = 1,
    /// <summary>Text of quarantined messages.</summary>
    ReadContent = 2,
    Release = 4,
    Delete = 8,
    ReadAudit = 16,
    ManageAccounts = 32,
    /// <summary>Users, policies and sender lists in SQL.</summary>
    EditPolicies = 64,
    All = 127,
}

/// <summary>Who asks. Every query and every change takes one and keeps to its rights; pages only hide what would be refused.</summary>
public sealed record ConsoleViewer(string Name, ConsoleRole Role)
{
    public ConsoleRights Rights => Role switch
    {
        ConsoleRole.Owner => ConsoleRights.All,
        ConsoleRole.Admin => ConsoleRights.ReadMessages | ConsoleRights.ReadContent | ConsoleRights.Release | ConsoleRights.Delete | ConsoleRights.ReadAudit | ConsoleRights.EditPolicies,
        ConsoleRole.Auditor => ConsoleRights.ReadMessages | ConsoleRights.ReadAudit,
        _ => ConsoleRights.None,
    };

    public bool May(ConsoleRights rights) => (Rights & rights) == rights;

    /// <exception cref="RightsException">The account may not.</exception>
    public void Demand(ConsoleRights rights)
    {
        if (!May(rights))
            throw new RightsException(rights);
    }
}

/// <summary>Somebody asked for what the account may not do.</summary>
public sealed class RightsException(ConsoleRights rights) : Exception($"This account lacks the right {rights}.")
{
    public ConsoleRights Rights { get; } = rights;
}
