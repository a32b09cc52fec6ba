using System.Globalization;
using Amavis.Fuzz;

// Mutated samples against everything that reads octets from outside.
//   amavis-fuzz [--seconds N] [--runs N] [--seed N] [TARGET...]
// Findings are written to tests/Fuzz/cases/TARGET, from where the tests try them again. Exit 1: there were some.
var limits = new FuzzLimits(long.MaxValue, TimeSpan.FromSeconds(60));
var seed = Environment.TickCount;
var names = new List<string>();
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--list":
            Array.ForEach([.. FuzzTargets.All], t => Console.WriteLine(t.Name));
            return 0;
        case "--seconds" or "--runs" or "--seed" when i + 1 < args.Length && long.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var number) && number >= 0:
            if (args[i] == "--seconds")
                limits = limits with { Time = TimeSpan.FromSeconds(number) };
            else if (args[i] == "--runs")
                limits = limits with { Runs = number, Time = TimeSpan.MaxValue };
            else
                seed = (int)number;
            i++;
            break;
        case [not '-', ..] when FuzzTargets.All.Any(t => t.Name == args[i]):
            names.Add(args[i]);
            break;
        default:
            Console.Error.WriteLine($"amavis-fuzz: \"{args[i]}\" is no option and no target; targets: {string.Join(' ', FuzzTargets.All.Select(t => t.Name))}");
            return 2;
    }
}

var targets = FuzzTargets.All.Where(t => names.Count == 0 || names.Contains(t.Name)).ToList();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}, {targets.Count} targets, {(limits.Time == TimeSpan.MaxValue ? $"{limits.Runs} runs" : $"{limits.Time.TotalSeconds} s")} each"));
var total = 0L;
var findings = 0;
foreach (var target in targets)
{
    var fuzzer = new Fuzzer(target, seed);
    using var watch = new Timer(_ =>
    {
        if (fuzzer.Stuck is not { } input)
            return;
        Console.WriteLine($"{target.Name}: HANGS, kept as {KeptCases.Keep(new Finding(target, input, ""))}");
        Environment.Exit(1);
    }, null, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));
    foreach (var finding in fuzzer.Run(limits))
    {
        findings++;
        Console.WriteLine($"{target.Name}: {KeptCases.Keep(finding)}\n{finding.Fault}");
    }
    total += fuzzer.Runs;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target.Name}: {fuzzer.Runs} runs"));
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{total} runs, {findings} findings"));
return findings == 0 ? 0 : 1;
