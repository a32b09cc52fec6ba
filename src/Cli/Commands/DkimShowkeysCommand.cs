using System.CommandLine;
using System.Text.Json.Nodes;
using Amavis.Cli.Dkim;
using Amavis.Dkim.Signing;

namespace Amavis.Cli.Commands;

/// <summary><c>amavis dkim showkeys [DOMAIN...]</c>: the records to be put into the DNS for the keys of <c>dkim_keys</c>.</summary>
internal sealed class DkimShowkeysCommand : Command
{
    private static readonly Argument<string[]> Domains = new("DOMAIN")
    {
        Description = "only keys of these domains; .DOMAIN includes those below it",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public DkimShowkeysCommand() : base("showkeys", "Show the DNS records of the signing keys")
    {
        Arguments.Add(Domains);
        SetAction(parsed => Run(new CommandContext(parsed), parsed.GetValue(Domains) ?? []));
    }

    private static int Run(CommandContext context, string[] domains)
    {
        if (context.LoadSettings(SigningEnvironment.Value) is not { } settings)
            return ExitCodes.Failed;
        var keys = KeySelection.Of(settings, domains);
        if (keys.Count == 0)
            return context.Fail(settings.DkimKeys.Count == 0 ? "dkim_keys declares no key" : "dkim_keys declares no key for these domains");
        if (context.Json)
            context.WriteJson(new JsonArray([.. keys.Select(Json)]));
        foreach (var key in context.Json ? [] : keys)
            ZoneText.Write(context.Out, key);
        return ExitCodes.Done;
    }

    private static JsonNode Json(NumberedKey numbered) => new JsonObject
    {
        ["number"] = numbered.Number,
        ["domain"] = numbered.Key.Settings.Domain,
        ["selector"] = numbered.Key.Selector,
        ["file"] = numbered.Key.Settings.File,
        ["type"] = numbered.Key.Key.KeyType,
        ["bits"] = numbered.Key.Key.Bits,
        ["isPattern"] = numbered.Key.IsWildcard,
        ["name"] = PublishedRecord.NameOf(numbered.Key),
        ["record"] = PublishedRecord.TagsOf(numbered.Key) + PublishedRecord.PublicKeyOf(numbered.Key),
    };
}
