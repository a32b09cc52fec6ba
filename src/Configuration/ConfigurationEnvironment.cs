namespace Amavis.Configuration;

/// <summary>What the configuration takes from the process it is read in.</summary>
/// <param name="Variable">Value of an environment variable, or null.</param>
/// <param name="HostName">The node's name, the default of <c>myhostname</c>.</param>
public sealed record ConfigurationEnvironment(Func<string, string?> Variable, string HostName)
{
    public static ConfigurationEnvironment OfProcess { get; } =
        new(Environment.GetEnvironmentVariable, Environment.MachineName);

    /// <summary>
    /// Judges the files of <c>dkim_keys</c>; null: they are not read at all, as in programs that do not sign and should not be able to.
    /// </summary>
    public SigningKeyCheck? SigningKeys { get; init; }
}
