using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;
using Amavis.Core.Messages;

namespace Amavis.Engine.Checks;

/// <summary>
/// Counts for each message how often taking it apart ended abnormally: the process died over it, its time was up, or a program was killed.
/// A message whose decoders died <see cref="MostDeaths"/> times is not taken apart again, so that none can come back for ever and stop
/// the mail of others each time. Kept in a small file mapped into memory, which outlives the process at no cost for each message.
/// Safe for several threads; one process at a time owns the file.
/// </summary>
public sealed class DecodingAttempts : IDisposable
{
    /// <summary>Abnormal ends after which a message is not taken apart again.</summary>
    public const int MostDeaths = 3;

    private const int Slots = 512;
    private const int DigestOctets = 32;
    private const int StateAt = DigestOctets;
    private const int DeathsAt = DigestOctets + 1;
    private const int SlotOctets = 64;
    private const byte Free = 0;
    private const byte InWork = 1;
    private const byte Remembered = 2;

    /// <summary>What the digest of a long body covers, from its start and its end.</summary>
    private const int SampleOctets = 128 << 10;

    private readonly Lock _lock = new();
    private readonly byte[] _table = new byte[Slots * SlotOctets];
    private readonly int[] _users = new int[Slots];
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private int _next;

    /// <param name="path">Null: only this process remembers.</param>
    /// <param name="log">Told why the file can't be used; then only this process remembers.</param>
    public DecodingAttempts(string? path, Action<string> log)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (path is null)
            return;
        try
        {
            _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, mapName: null, _table.Length);
            _view = _file.CreateViewAccessor(0, _table.Length);
            _view.ReadArray(0, _table, 0, _table.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            log($"{path} can't be used, so messages over which the daemon died are not recognised: {e.Message}");
        }
        for (var slot = 0; slot < Slots; slot++)
            if (State(slot) == InWork)
                Died(slot);
    }

    /// <summary>What tells a message when it comes again: its body, as the header differs from try to try.</summary>
    public static byte[] DigestOf(Spool message, long headerOctets)
    {
        ArgumentNullException.ThrowIfNull(message);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = message.Length - headerOctets;
        digest.AppendData(BitConverter.GetBytes(length));
        Append(digest, message, headerOctets, Math.Min(length, SampleOctets));
        var rest = Math.Min(SampleOctets, Math.Max(0, length - SampleOctets));
        Append(digest, message, message.Length - rest, rest);
        return digest.GetHashAndReset();
    }

    /// <summary>How often it ended abnormally before.</summary>
    public int DeathsOf(byte[] digest)
    {
        lock (_lock)
            return Find(digest) is { } slot ? _table[(slot * SlotOctets) + DeathsAt] : 0;
    }

    /// <summary>Taking a message apart begins; call the result's <see cref="Attempt.End"/>, or it counts as having died with the process.</summary>
    public Attempt Begin(byte[] digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        lock (_lock)
        {
            if ((Find(digest) ?? Room()) is not { } slot)
                return new Attempt(this, -1);
            if (State(slot) == Free)
                digest.AsSpan(0, DigestOctets).CopyTo(_table.AsSpan(slot * SlotOctets));
            _users[slot]++;
            Set(slot, InWork);
            return new Attempt(this, slot);
        }
    }

    public void Dispose()
    {
        _view?.Dispose();
        _file?.Dispose();
    }

    private void End(int slot, bool died)
    {
        if (slot < 0)
            return;
        lock (_lock)
        {
            _users[slot]--;
            if (died)
                Died(slot);
            else if (_users[slot] == 0)
                Clear(slot);
        }
    }

    private void Died(int slot)
    {
        ref var deaths = ref _table[(slot * SlotOctets) + DeathsAt];
        deaths = (byte)Math.Min(deaths + 1, byte.MaxValue);
        Set(slot, _users[slot] > 0 ? InWork : Remembered);
    }

    private void Clear(int slot)
    {
        _table.AsSpan(slot * SlotOctets, SlotOctets).Clear();
        Set(slot, Free);
    }

    private byte State(int slot) => _table[(slot * SlotOctets) + StateAt];

    private void Set(int slot, byte state)
    {
        _table[(slot * SlotOctets) + StateAt] = state;
        _view?.WriteArray(slot * SlotOctets, _table, slot * SlotOctets, SlotOctets);
    }

    private int? Find(byte[] digest)
    {
        for (var slot = 0; slot < Slots; slot++)
            if (State(slot) != Free && _table.AsSpan(slot * SlotOctets, DigestOctets).SequenceEqual(digest))
                return slot;
        return null;
    }

    /// <summary>A free slot, or one of a message that has not come back; null: all are in work.</summary>
    private int? Room()
    {
        for (var wanted = Free; wanted <= Remembered; wanted += Remembered)
        {
            for (var i = 0; i < Slots; i++)
            {
                var slot = _next = (_next + 1) % Slots;
                if (State(slot) != wanted)
                    continue;
                Clear(slot);
                return slot;
            }
        }
        return null;
    }

    private static void Append(IncrementalHash digest, Spool message, long offset, long length)
    {
        if (length <= 0)
            return;
        foreach (var chunk in message.Chunks(offset, length))
            digest.AppendData(chunk.Span);
    }

    /// <summary>One message being taken apart.</summary>
    public readonly record struct Attempt
    {
        private readonly DecodingAttempts? _owner;
        private readonly int _slot;

        internal Attempt(DecodingAttempts owner, int slot) => (_owner, _slot) = (owner, slot);

        /// <param name="died">A program was killed, or the time was up; otherwise what is known of the message is forgotten.</param>
        public void End(bool died) => _owner?.End(_slot, died);
    }
}
