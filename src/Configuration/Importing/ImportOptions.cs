namespace Amavis.Configuration.Importing;

/// <summary>What an import takes from outside of the files.</summary>
/// <param name="HostName">The node's name, the default of <c>$myhostname</c>.</param>
/// <param name="Variable">Value of an environment variable, or null.</param>
public sealed record ImportOptions(string HostName, Func<string, string?> Variable)
{
    /// <summary>The domain that stands for <c>$mydomain</c> where no file sets it (RFC 2606 §3).</summary>
    public const string PlaceholderDomain = "example.com";

    /// <summary>
    /// Values of variables, by name without sigil, for those that no file gives or that only a command would give. What a file
    /// says plainly goes before.
    /// </summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether files that commands in the configuration would print (<c>head</c>, <c>cat</c>) are read. No command is ever run.</summary>
    public bool ReadNamedFiles { get; init; }

    public static ImportOptions OfProcess { get; } = new(Environment.MachineName, Environment.GetEnvironmentVariable);
}
