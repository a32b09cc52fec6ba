using System.CommandLine;
using System.Globalization;

namespace Amavis.Cli.Monitoring;

/// <summary>
/// Shows something again and again, as <c>nanny</c> and <c>agent</c> do: without end at a terminal, once where the output goes to a
/// program or is JSON, or as often as <c>-c</c> says.
/// </summary>
internal sealed class Rounds
{
    private const double ShortestSeconds = 0.1;
    private const double LongestSeconds = 86_400;

    private readonly Option<string> _count = new("--count", "-c") { Description = "How often (default: without end at a terminal, else once)", HelpName = "N" };
    private readonly Option<string> _wait;
    private readonly double _defaultSeconds;

    public Rounds(Command command, double defaultSeconds)
    {
        _defaultSeconds = defaultSeconds;
        _wait = new Option<string>("--wait", "-w") { Description = $"Seconds between two rounds (default: {defaultSeconds})", HelpName = "SECONDS" };
        _count.Validators.Add(result =>
        {
            if (!TryCount(result.GetValueOrDefault<string>(), out _))
                result.AddError("--count expects a number from 1 on");
        });
        _wait.Validators.Add(result =>
        {
            if (!TrySeconds(result.GetValueOrDefault<string>(), out _))
                result.AddError($"--wait expects seconds from {ShortestSeconds.ToString(CultureInfo.InvariantCulture)} to {LongestSeconds}");
        });
        command.Options.Add(_count);
        command.Options.Add(_wait);
    }

    /// <summary>Runs the rounds.</summary>
    /// <param name="round">Gives why it has nothing to show; null: it has shown it.</param>
    public async Task<int> RunAsync(CommandContext context, ParseResult parsed, Func<CancellationToken, Task<string?>> round, CancellationToken stopping)
    {
        var forever = !context.Json && !Console.IsOutputRedirected;
        if (context.Json || !TryCount(parsed.GetValue(_count), out var count))
            count = forever ? int.MaxValue : 1;
        if (!TrySeconds(parsed.GetValue(_wait), out var seconds))
            seconds = _defaultSeconds;
        string? fault = null;
        try
        {
            for (var i = 0; i < count; i++)
            {
                if (i > 0)
                    await Task.Delay(TimeSpan.FromSeconds(seconds), stopping);
                var before = fault;
                fault = await round(stopping);
                if (fault is not null && i == 0)
                    return context.Fail(fault);
                if (fault is not null && before is null)
                    context.Error.WriteLine("amavis: waiting: " + fault);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Ctrl-C is how people end it.
        }
        return fault is null ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static bool TryCount(string? text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;

    private static bool TrySeconds(string? text, out double seconds) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out seconds) && seconds is >= ShortestSeconds and <= LongestSeconds;
}
