using System.CommandLine;
using System.Text.Json.Nodes;
using Amavis.Cli.Doctor;
using Amavis.Core.Counters;
using Amavis.Core.Logging;
using Amavis.Engine.Spooling;

namespace Amavis.Cli.Commands;

/// <summary>
/// <c>amavis doctor</c>: tries everything the daemon depends on, and says what is wrong and how to mend it. Changes nothing, and 1
/// when something is broken.
/// </summary>
internal sealed class DoctorCommand : Command
{
    public DoctorCommand() : base("doctor", "Try sockets, scanners, databases, DNS, next hops and the release path") =>
        SetAction((parsed, stop) => RunAsync(new CommandContext(parsed), stop));

    private static async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        if (context.LoadSettings(SigningEnvironment.Value) is not { } settings)
            return ExitCodes.Failed;
        var examination = new Examination(settings, TimeProvider.System, cancellationToken);
        var work = Directory.CreateTempSubdirectory("amavis-doctor-").FullName;
        try
        {
            var spools = new SpoolFactory(work, new SpoolLimits(), new CounterSet());
            await ListenerCheck.RunAsync(examination);
            await ScannerCheck.RunAsync(examination, work, spools);
            await StorageCheck.RunAsync(examination);
            await DnsCheck.RunAsync(examination, spools);
            await NextHopCheck.RunAsync(examination);
            MachineCheck.Run(examination);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
        var broken = examination.Findings.Count(f => f.Level == FindingLevel.Broken);
        if (context.Json)
            context.WriteJson(new JsonObject { ["ok"] = broken == 0, ["findings"] = new JsonArray([.. examination.Findings.Select(Json)]) });
        else
            Print(context.Out, examination.Findings, broken);
        return broken == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static JsonNode Json(Finding finding) => new JsonObject
    {
        ["area"] = finding.Area,
        ["subject"] = finding.Subject,
        ["level"] = finding.Level.ToString().ToLowerInvariant(),
        ["says"] = finding.Says,
        ["remedy"] = finding.Remedy,
    };

    private static void Print(TextWriter output, IReadOnlyList<Finding> findings, int broken)
    {
        foreach (var area in findings.GroupBy(f => f.Area))
        {
            output.WriteLine(area.Key);
            foreach (var finding in area)
            {
                var word = finding.Level switch { FindingLevel.Good => "ok", FindingLevel.Note => "note", _ => "BROKEN" };
                output.WriteLine($"  {word,-7} {LogText.Sanitize(finding.Subject)}: {LogText.Sanitize(finding.Says)}");
                if (finding.Remedy is { } remedy)
                    output.WriteLine($"          -> {LogText.Sanitize(remedy)}");
            }
        }
        output.WriteLine(broken == 0 ? "Nothing is broken." : $"{broken} broken.");
    }
}
