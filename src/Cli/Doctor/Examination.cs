using System.Data.Common;
using System.Net.Sockets;
using Amavis.Core.Policy;
using Amavis.Core.Storage;

namespace Amavis.Cli.Doctor;

/// <summary>What every check gets, and what it does with what it finds.</summary>
internal sealed class Examination(Settings settings, TimeProvider clock, CancellationToken cancellationToken)
{
    private readonly List<Finding> _findings = [];

    public Settings Settings => settings;

    public TimeProvider Clock => clock;

    /// <summary>Ends everything.</summary>
    public CancellationToken Stopping => cancellationToken;

    public IReadOnlyList<Finding> Findings => _findings;

    public void Add(Finding finding) => _findings.Add(finding);

    /// <summary>Tries one thing within a limit of time; what goes wrong with it is a finding.</summary>
    public async Task TryAsync(string area, string subject, TimeSpan limit, string remedy, Func<CancellationToken, Task<Finding>> work)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(limit);
        try
        {
            Add(await work(time.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Add(Finding.Broken(area, subject, $"no answer within {limit.TotalSeconds:0} s", remedy));
        }
        catch (Exception e) when (e is IOException or SocketException or TimeoutException or DbException or StorageUnavailableException
            or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            Add(Finding.Broken(area, subject, e.Message.ReplaceLineEndings(" "), remedy));
        }
    }
}
