namespace Amavis.Data.Console;

/// <summary>What an account may be; stored by its lower-case name.</summary>
public enum ConsoleRole
{
    /// <summary>May nothing: the stored name is none of ours.</summary>
    None = 0,
    /// <summary>Reads all but message bodies, and the audit; changes nothing.</summary>
    Auditor = 1,
    /// <summary>Everything about mail.</summary>
    Admin = 8,
    /// <summary>Everything, accounts included.</summary>
    Owner = 9,
}

public static class ConsoleRoles
{
    /// <summary>Roles an account can be given.</summary>
    public static IReadOnlyList<ConsoleRole> All { get; } = [ConsoleRole.Owner, ConsoleRole.Admin, ConsoleRole.Auditor];

    public static string Name(this ConsoleRole role) => role.ToString().ToLowerInvariant();

    /// <summary><see cref="ConsoleRole.None"/> for a name that is not known: such an account may nothing.</summary>
    public static ConsoleRole Parse(string? name) => All.FirstOrDefault(role => role.Name() == name);
}
