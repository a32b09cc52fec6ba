using System.CommandLine;

namespace Amavis.Cli.Commands;

/// <summary><c>amavis dkim</c>: signing keys and their records in the DNS.</summary>
internal sealed class DkimCommand : Command
{
    public DkimCommand() : base("dkim", "Signing keys and their DNS records")
    {
        Subcommands.Add(new DkimGenkeyCommand("genrsa", "Make an RSA key", withType: false));
        Subcommands.Add(new DkimGenkeyCommand("genkey", "Make an RSA or Ed25519 key", withType: true));
        Subcommands.Add(new DkimShowkeysCommand());
        Subcommands.Add(new DkimTestkeysCommand());
        Subcommands.Add(new DkimServeCommand());
    }
}
