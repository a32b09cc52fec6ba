using System.Runtime.InteropServices;

namespace Amavis.Daemon.Hosting;

/// <summary>SIGHUP reloads; SIGTERM and SIGINT finish what is in hand, a second one gives it up.</summary>
internal sealed class Signals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _abort = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Signals(Action reload)
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            reload();
        }));
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (!_stop.TrySetResult())
                    _abort.TrySetResult();
            }));
        }
    }

    /// <summary>Ends at the first signal to stop.</summary>
    public Task Stop => _stop.Task;

    /// <summary>Ends at the second one.</summary>
    public Task Abort => _abort.Task;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }
}
