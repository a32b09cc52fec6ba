using System.CommandLine;
using System.Text.Json.Nodes;
using Amavis.Data;
using Amavis.Data.Console;

namespace Amavis.Cli.Commands;

/// <summary><c>amavis user</c>: accounts of the console.</summary>
internal sealed class UserCommand : Command
{
    private static readonly Argument<string> Account = new("NAME") { Description = "name of the account" };
    private static readonly Option<string> Role = new("--role") { Description = "owner, admin or auditor", DefaultValueFactory = _ => "admin" };

    public UserCommand() : base("user", "Accounts of the console")
    {
        var add = new Command("add", "Make an account; the password is read from standard input") { Account, Role };
        add.SetAction((parsed, stop) => WithAccounts(new CommandContext(parsed), (context, accounts) => AddAsync(context, accounts, parsed, stop)));
        var passwd = new Command("passwd", "Set a password, read from standard input") { Account };
        passwd.SetAction((parsed, stop) => WithAccounts(new CommandContext(parsed), async (context, accounts) =>
        {
            var name = parsed.GetValue(Account)!;
            return Report(context, await accounts.SetPasswordAsync(name, ReadPassword(), stop), $"password of {name} set", name);
        }));
        var list = new Command("list", "List the accounts");
        list.SetAction((parsed, stop) => WithAccounts(new CommandContext(parsed), (context, accounts) => ListAsync(context, accounts, stop)));
        var remove = new Command("remove", "Remove an account") { Account };
        remove.SetAction((parsed, stop) => WithAccounts(new CommandContext(parsed), async (context, accounts) =>
        {
            var name = parsed.GetValue(Account)!;
            return Report(context, await accounts.RemoveAsync(name, stop), $"{name} removed", name);
        }));
        foreach (var command in (Command[])[add, passwd, list, remove])
            Subcommands.Add(command);
    }

    private static Task<int> WithAccounts(CommandContext context, Func<CommandContext, Accounts, Task<int>> work) =>
        DatabaseContext.RunAsync(context, (database, _) => work(context, new Accounts(new AmavisDbContextFactory(database), TimeProvider.System)));

    private static async Task<int> AddAsync(CommandContext context, Accounts accounts, ParseResult parsed, CancellationToken cancellationToken)
    {
        var name = parsed.GetValue(Account)!;
        if (!Enum.TryParse<ConsoleRole>(parsed.GetValue(Role), ignoreCase: true, out var role) || role == ConsoleRole.None)
        {
            context.Fail("a role is owner, admin or auditor");
            return ExitCodes.WrongUsage;
        }
        return Report(context, await accounts.AddAsync(name, role, ReadPassword(), cancellationToken), $"{name} added", name);
    }

    private static async Task<int> ListAsync(CommandContext context, Accounts accounts, CancellationToken cancellationToken)
    {
        var all = await accounts.ListAsync(cancellationToken);
        if (context.Json)
        {
            context.WriteJson(new JsonArray([.. all.Select(a => (JsonNode)new JsonObject
            {
                ["name"] = a.Name,
                ["role"] = a.Role.ToString().ToLowerInvariant(),
                ["disabled"] = a.Disabled,
                ["createdAt"] = a.CreatedAt.ToString("O"),
                ["lastSignIn"] = a.LastSignIn?.ToString("O"),
            })]));
            return ExitCodes.Done;
        }
        foreach (var account in all)
            context.Out.WriteLine($"{account.Name,-24} {account.Role.ToString().ToLowerInvariant(),-8} {(account.Disabled ? "disabled" : "")} {account.LastSignIn:yyyy-MM-dd HH:mm}".TrimEnd());
        return ExitCodes.Done;
    }

    private static string ReadPassword() => Console.In.ReadLine() ?? "";

    private static int Report(CommandContext context, AccountOutcome outcome, string done, string name) => outcome switch
    {
        AccountOutcome.Done => context.Done(done, new JsonObject { ["ok"] = true, ["name"] = name }),
        AccountOutcome.NoSuchAccount => context.Fail($"there is no account {name}"),
        AccountOutcome.NameTaken => context.Fail($"there is an account {name} already"),
        AccountOutcome.NameNotAllowed => context.Fail($"\"{name}\" can't be the name of an account"),
        AccountOutcome.PasswordTooShort => context.Fail("the password is too short"),
        AccountOutcome.PasswordTooLong => context.Fail("the password is too long"),
        AccountOutcome.LastOwner => context.Fail($"{name} is the last one who may manage accounts"),
        _ => context.Fail(outcome.ToString()),
    };
}
