using System.CommandLine;
using System.Text.Json.Nodes;
using Amavis.Cli.Dkim;
using Amavis.Core.Counters;
using Amavis.Dkim.Results;
using Amavis.Dkim.Signing;
using Amavis.Dkim.Verification;
using Amavis.Dns.Resolving;
using Amavis.Engine.Authentication;
using Amavis.Engine.Spooling;

namespace Amavis.Cli.Commands;

/// <summary><c>amavis dkim testkeys [DOMAIN...]</c>: signs a small message with each key and verifies it with what the DNS has.</summary>
internal sealed class DkimTestkeysCommand : Command
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private static readonly Argument<string[]> Domains = new("DOMAIN")
    {
        Description = "only keys of these domains; .DOMAIN includes those below it",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public DkimTestkeysCommand() : base("testkeys", "Compare the signing keys with their DNS records")
    {
        Arguments.Add(Domains);
        SetAction((parsed, stop) => RunAsync(new CommandContext(parsed), parsed.GetValue(Domains) ?? [], stop));
    }

    private static async Task<int> RunAsync(CommandContext context, string[] domains, CancellationToken cancellationToken)
    {
        if (context.LoadSettings(SigningEnvironment.Value) is not { } settings)
            return ExitCodes.Failed;
        var keys = KeySelection.Of(settings, domains);
        if (keys.Count == 0)
            return context.Fail(settings.DkimKeys.Count == 0 ? "dkim_keys declares no key" : "dkim_keys declares no key for these domains");
        await using var resolver = new DnsResolver(Resolvers.Options(settings), TimeProvider.System);
        var spools = new SpoolFactory(Path.GetTempPath(), new SpoolLimits(), new CounterSet());
        var results = new JsonArray();
        var good = true;
        foreach (var (number, key) in keys)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Longest);
            var result = await KeyTest.RunAsync(key, spools, resolver, TimeProvider.System.GetUtcNow(), limit.Token);
            cancellationToken.ThrowIfCancellationRequested();
            good &= result.Verdict == SignatureVerdict.Pass;
            results.Add((JsonNode)new JsonObject
            {
                ["number"] = number,
                ["domain"] = key.Settings.Domain,
                ["selector"] = key.Selector,
                ["result"] = DkimResults.Word(result),
                ["reason"] = DkimResults.Reason(result),
            });
            if (!context.Json)
                context.Out.WriteLine($"TESTING#{number} {key.Settings.Domain}: {PublishedRecord.NameOf(key)} => {KeyTest.Text(result)}");
        }
        if (context.Json)
            context.WriteJson(new JsonObject { ["ok"] = good, ["keys"] = results });
        else if (!good)
            context.Error.WriteLine("Publish the records as \"amavis dkim showkeys\" prints them; a record that was changed is seen when its TTL is over.");
        return good ? ExitCodes.Done : ExitCodes.Failed;
    }
}
