using System.Buffers;
using Amavis.Core.Messages;
using Microsoft.Win32.SafeHandles;

namespace Amavis.Engine.Spooling;

/// <summary>Writes to pooled blocks first and moves to a file when a bound is reached.</summary>
internal sealed class BlockSpoolWriter(SpoolFactory factory) : SpoolWriter
{
    private const int FirstBlock = 8 << 10;
    private const int NextBlock = 64 << 10;

    private readonly List<ArraySegment<byte>> _blocks = [];
    private SafeFileHandle? _file;
    private long _length;
    private bool _spent;

    public override long Length => _length;

    public override void Write(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            if (_file is not null)
            {
                Append(octets);
                return;
            }
            var room = Room();
            if (room.IsEmpty)
            {
                MoveToFile();
                continue;
            }
            var take = Math.Min(room.Length, octets.Length);
            octets[..take].CopyTo(room);
            var last = _blocks[^1];
            _blocks[^1] = new ArraySegment<byte>(last.Array!, 0, last.Count + take);
            _length += take;
            octets = octets[take..];
        }
    }

    public override Spool Complete(SpoolFacts facts)
    {
        _spent = true;
        return _file is not null ? new FileSpool(_file, _length, facts) : new BlockSpool(factory, _blocks, _length, facts);
    }

    public override void Dispose()
    {
        if (_spent)
            return;
        _spent = true;
        _file?.Dispose();
        BlockSpool.ReturnBlocks(factory, _blocks);
    }

    /// <summary>Free space of the last block, a new block, or nothing when memory is used up.</summary>
    private Span<byte> Room()
    {
        if (_blocks.Count > 0)
        {
            var last = _blocks[^1];
            if (last.Count < last.Array!.Length)
                return last.Array.AsSpan(last.Count);
        }
        var size = _blocks.Count == 0 ? FirstBlock : NextBlock;
        if (_length + size > factory.Limits.MemoryPerMessage + NextBlock || !factory.TryReserve(size))
            return default;
        var block = ArrayPool<byte>.Shared.Rent(size);
        if (block.Length > size && !factory.TryReserve(block.Length - size))
        {
            factory.Release(size);
            ArrayPool<byte>.Shared.Return(block);
            return default;
        }
        _blocks.Add(new ArraySegment<byte>(block, 0, 0));
        return block;
    }

    private void MoveToFile()
    {
        _file = factory.OpenFile();
        _length = 0;
        foreach (var block in _blocks)
            Append(block);
        BlockSpool.ReturnBlocks(factory, _blocks);
    }

    private void Append(ReadOnlySpan<byte> octets)
    {
        try
        {
            RandomAccess.Write(_file!, octets, _length);
        }
        catch (IOException e)
        {
            throw new SpoolFullException("can't write to the spool file: " + e.Message, e);
        }
        _length += octets.Length;
    }
}
