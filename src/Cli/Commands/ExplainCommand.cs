using System.CommandLine;
using System.Net;
using Amavis.Cli.Explain;
using Amavis.Core.Explaining.Policies;
using Amavis.Core.Storage;
using Amavis.Data.Lookups;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amavis.Cli.Commands;

/// <summary><c>amavis explain</c>: what holds for a recipient, every value with the table, row, bank or file it stands in.</summary>
internal sealed class ExplainCommand : Command
{
    private static readonly Argument<string> Address = new("ADDRESS") { Description = "a recipient" };
    private static readonly Option<string?> Sender = new("--sender") { Description = "for mail from this address", HelpName = "ADDRESS" };
    private static readonly Option<string?> ClientIp = new("--client-ip") { Description = "for mail of this client", HelpName = "IP" };

    private static readonly Option<string[]> Bank = new("--bank")
    {
        Description = "a policy bank to load as well, such as that of a socket; may be given several times",
        HelpName = "NAME",
    };

    public ExplainCommand() : base("explain", "Show the policy of an address, each value with its source")
    {
        Arguments.Add(Address);
        foreach (var option in (Option[])[Sender, ClientIp, Bank])
            Options.Add(option);
        SetAction((parsed, stop) => RunAsync(new CommandContext(parsed), parsed, stop));
    }

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (Question(parsed, out var fault) is not { } question)
        {
            context.Fail(fault);
            return ExitCodes.WrongUsage;
        }
        if (context.LoadSettings() is not { } settings)
            return ExitCodes.Failed;
        await using var directory = new AddressDirectory(TimeProvider.System, NullLoggerFactory.Instance);
        try
        {
            var told = await new PolicyExplainer(directory).ExplainAsync(settings, question, cancellationToken);
            if (context.Json)
                context.WriteJson(ExplainDocument.Of(told));
            else
                new ExplainText(context.Out).Write(told);
            return told.UnknownBanks.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
        }
        catch (StorageUnavailableException e)
        {
            return context.Fail(e.Message);
        }
    }

    private static PolicyQuestion? Question(ParseResult parsed, out string fault)
    {
        fault = "";
        var (address, sender, client) = (parsed.GetValue(Address)!, parsed.GetValue(Sender), parsed.GetValue(ClientIp));
        IPAddress? ip = null;
        if (AddressArgument.TryParse(address) is not { IsNull: false } recipient)
            fault = $"\"{address}\" is not a mail address";
        else if (sender is not null && AddressArgument.TryParse(sender) is null)
            fault = $"--sender: \"{sender}\" is not a mail address";
        else if (client is not null && !IPAddress.TryParse(client.Trim('[', ']'), out ip))
            fault = $"--client-ip: \"{client}\" is not an IP address";
        else
            return new PolicyQuestion(recipient) { Sender = sender is null ? null : AddressArgument.TryParse(sender), Client = ip, Banks = parsed.GetValue(Bank) ?? [] };
        return null;
    }
}
