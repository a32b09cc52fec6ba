using System.CommandLine;

namespace Amavis.Cli.Commands;

/// <summary><c>amavis config</c>: looking at the configuration.</summary>
internal sealed class ConfigCommand : Command
{
    public ConfigCommand() : base("config", "Look at the configuration")
    {
        Subcommands.Add(new ConfigCheckCommand());
        Subcommands.Add(new ConfigShowCommand());
    }
}
