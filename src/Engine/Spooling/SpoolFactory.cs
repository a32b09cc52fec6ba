using Amavis.Core.Counters;
using Amavis.Core.Messages;

namespace Amavis.Engine.Spooling;

/// <summary>
/// Makes spools in memory and in files. A file is unlinked as soon as it is open, so nothing is left behind however the process
/// ends; memory is bounded over all messages together.
/// </summary>
public sealed class SpoolFactory(string directory, SpoolLimits limits, CounterSet counters) : ISpoolFactory
{
    private long _inMemory;
    private long _fileNumber;

    /// <summary>Octets held in memory now.</summary>
    public long MemoryInUse => Volatile.Read(ref _inMemory);

    public SpoolWriter Create() => new BlockSpoolWriter(this);

    internal SpoolLimits Limits => limits;

    /// <summary>Takes memory for one more block; false sends the message to a file.</summary>
    internal bool TryReserve(int octets)
    {
        var now = Interlocked.Add(ref _inMemory, octets);
        if (now > limits.MemoryInAll)
        {
            Interlocked.Add(ref _inMemory, -octets);
            return false;
        }
        counters.Set("SpoolOctets", now);
        return true;
    }

    internal void Release(int octets) => counters.Set("SpoolOctets", Interlocked.Add(ref _inMemory, -octets));

    /// <exception cref="SpoolFullException">The file can't be made.</exception>
    internal Microsoft.Win32.SafeHandles.SafeFileHandle OpenFile()
    {
        var path = Path.Combine(directory, $"spool-{Environment.ProcessId}-{Interlocked.Increment(ref _fileNumber)}");
        try
        {
            var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
            File.Delete(path);
            return handle;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SpoolFullException($"can't make a spool file in {directory}: {e.Message}", e);
        }
    }
}
