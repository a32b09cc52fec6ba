namespace Amavis.Daemon.Hosting;

/// <summary>How far the end of the process has come.</summary>
internal sealed class ServerState : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abort = new();

    /// <summary>No new work: sessions end after what they have in hand.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Work in hand is given up, too.</summary>
    public CancellationToken Abort => _abort.Token;

    public Task StopAsync() => _stopping.CancelAsync();

    public async Task AbortAsync()
    {
        await _stopping.CancelAsync();
        await _abort.CancelAsync();
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _abort.Dispose();
    }
}
