using System.CommandLine;

namespace Amavis.Cli;

/// <summary>The options of every command.</summary>
internal static class CommonOptions
{
    public static readonly Option<string?> Config = new("--config")
    {
        Description = "Configuration file (default: /etc/amavis/amavis.yaml, then ./amavis.yaml)",
        HelpName = "FILE",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON document instead of text",
        Recursive = true,
    };
}
