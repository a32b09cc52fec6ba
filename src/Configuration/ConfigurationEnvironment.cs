namespace Amavis.Configuration;

/// <summary>What the configuration takes from the process it is read in.</summary>
/// <param name="Variable">Value of an environment variable, or null.</param>
/// <param name="HostName">The node's name, the default of <c>myhostname</c>.</param>
public sealed record ConfigurationEnvironment(Func<string, string?> Variable, string HostName)
{
    public static ConfigurationEnvironment OfProcess { get; } =
        new(Environment.GetEnvironmentVariable, Environment.MachineName);
}
