using System.Buffers;
using Amavis.Core.Policy;
using Amavis.Protocols.Transport;

namespace Amavis.Protocols.Smtp.Server;

/// <summary>Reads a message from 354 to its end into a <see cref="DataSink"/>.</summary>
internal sealed class DataReader(SmtpWire wire, DataSink sink, Settings settings)
{
    private long _received;

    /// <summary>Time stamp of the 354.</summary>
    public long Started { get; } = wire.Now;

    public DataDecoder Decoder { get; } = new();

    /// <returns>Complete, Closed or TimedOut.</returns>
    public async ValueTask<InputStatus> ReadAsync(TimeSpan idle, CancellationToken stopping)
    {
        var waiting = new WaitClock(wire.Pipes, idle, stopping);
        while (true)
        {
            if (!wire.Input.TryRead(out var result))
            {
                var left = WaitClock.Min(waiting.Left, LeftByRate(idle));
                if (left <= TimeSpan.Zero)
                    return InputStatus.TimedOut;
                result = await wire.ReadAsync(left);
            }

            if (Take(result.Buffer))
                waiting.Restart();
            if (Decoder.IsComplete)
                return InputStatus.Complete;
            if (result.IsCompleted)
                return InputStatus.Closed;
            if (Decoder.HasBareLineEnds && settings.SmtpdBareLineEnds == BareLineEnds.Reject)
                sink.Drop(DataFault.Refused, "");
        }
    }

    /// <summary>Time for a client that has sent so much; the idle time is for free.</summary>
    private TimeSpan LeftByRate(TimeSpan idle) =>
        idle + TimeSpan.FromSeconds((double)_received / SmtpLimits.DataOctetsPerSecond) - wire.Since(Started);

    /// <summary>True: there was something.</summary>
    private bool Take(ReadOnlySequence<byte> buffer)
    {
        var taken = 0L;
        try
        {
            foreach (var segment in buffer)
            {
                taken += Decoder.Decode(segment.Span, sink);
                if (Decoder.IsComplete)
                    break;
            }
            _received += taken;
            return taken > 0;
        }
        finally
        {
            wire.Input.AdvanceTo(buffer.GetPosition(taken));
        }
    }
}
