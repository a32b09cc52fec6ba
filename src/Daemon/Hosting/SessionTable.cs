using System.Collections.Concurrent;
using Amavis.Core.Status;

namespace Amavis.Daemon.Hosting;

/// <summary>The connections held now, for the process list.</summary>
internal sealed class SessionTable(TimeProvider clock)
{
    private readonly ConcurrentDictionary<Entry, bool> _entries = [];

    /// <summary>Notes a connection; dispose the entry when it ends.</summary>
    /// <param name="peer">Address and port of the client, or the path of the Unix socket it came by.</param>
    public Entry Open(string id, string protocol, string peer)
    {
        var entry = new Entry(this, clock, id, protocol, peer);
        _entries[entry] = true;
        return entry;
    }

    /// <summary>Longest held first.</summary>
    public IReadOnlyList<SessionStatus> Snapshot() => [.. _entries.Keys.Select(e => e.Status()).OrderByDescending(s => s.Open)];

    internal sealed class Entry(SessionTable table, TimeProvider clock, string id, string protocol, string peer) : IDisposable
    {
        private readonly long _opened = clock.GetTimestamp();
        private long _since = clock.GetTimestamp();
        private volatile char _state = WorkState.Connected;

        /// <summary>Notes what the session does now; its own thread only.</summary>
        /// <param name="state">One of <see cref="WorkState"/>.</param>
        public void Enter(char state)
        {
            Volatile.Write(ref _since, clock.GetTimestamp());
            _state = state;
        }

        public SessionStatus Status() =>
            new(id, protocol, peer, _state, clock.GetElapsedTime(Volatile.Read(ref _since)), clock.GetElapsedTime(_opened));

        public void Dispose() => table._entries.TryRemove(this, out _);
    }
}
