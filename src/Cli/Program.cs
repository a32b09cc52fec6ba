using System.CommandLine;
using Amavis.Cli;
using Amavis.Cli.Commands;

var root = new RootCommand("Command line of the mail content filter Amavis Web.");
root.Options.Add(CommonOptions.Config);
root.Options.Add(CommonOptions.Json);

root.Subcommands.Add(new ConfigCommand());
root.Subcommands.Add(new ReloadCommand());
root.Subcommands.Add(new ReleaseCommand());
root.Subcommands.Add(new LearnCommand());
root.Subcommands.Add(new ScanCommand());
root.Subcommands.Add(new ExplainCommand());
root.Subcommands.Add(new DoctorCommand());
root.Subcommands.Add(new DkimCommand());
root.Subcommands.Add(new UserCommand());
root.Subcommands.Add(new DbCommand());
root.Subcommands.Add(new NannyCommand());
root.Subcommands.Add(new AgentCommand());

var parsed = root.Parse(args);
if (parsed.Errors.Count == 0)
    return await parsed.InvokeAsync();
foreach (var error in parsed.Errors)
    Console.Error.WriteLine(error.Message);
Console.Error.WriteLine("Try: amavis --help");
return ExitCodes.WrongUsage;
