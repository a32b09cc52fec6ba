using System.CommandLine;

namespace Amavis.Cli.Commands;

/// <summary><c>amavis config</c>: looking at the configuration, and making it from amavisd-new's.</summary>
internal sealed class ConfigCommand : Command
{
    public ConfigCommand() : base("config", "Look at the configuration, or import amavisd-new's")
    {
        Subcommands.Add(new ConfigCheckCommand());
        Subcommands.Add(new ConfigShowCommand());
        Subcommands.Add(new ConfigImportCommand());
    }
}
