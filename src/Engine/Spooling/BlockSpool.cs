using System.Buffers;
using Amavis.Core.Messages;

namespace Amavis.Engine.Spooling;

/// <summary>A message in pooled blocks of memory.</summary>
internal sealed class BlockSpool : Spool
{
    private readonly SpoolFactory _factory;
    private readonly List<ArraySegment<byte>> _blocks;
    private readonly long[] _starts;

    public BlockSpool(SpoolFactory factory, List<ArraySegment<byte>> blocks, long length, SpoolFacts facts)
    {
        _factory = factory;
        _blocks = blocks;
        Length = length;
        Facts = facts;
        _starts = new long[blocks.Count];
        for (var i = 1; i < blocks.Count; i++)
            _starts[i] = _starts[i - 1] + blocks[i - 1].Count;
    }

    public override long Length { get; }

    public override SpoolFacts Facts { get; }

    public override int Read(long offset, Span<byte> destination)
    {
        var done = 0;
        foreach (var piece in Chunks(offset, Math.Min(destination.Length, Math.Max(0, Length - offset))))
        {
            piece.Span.CopyTo(destination[done..]);
            done += piece.Length;
        }
        return done;
    }

    public override IEnumerable<ReadOnlyMemory<byte>> Chunks(long offset, long length)
    {
        ObjectDisposedException.ThrowIf(_blocks.Count == 0 && Length > 0, this);
        var end = Math.Min(Length, offset + length);
        if (offset >= end)
            yield break;
        var index = Array.BinarySearch(_starts, offset);
        if (index < 0)
            index = ~index - 1;
        for (; index < _blocks.Count && offset < end; index++)
        {
            var block = _blocks[index];
            var from = (int)(offset - _starts[index]);
            var take = (int)Math.Min(block.Count - from, end - offset);
            yield return block.AsMemory(from, take);
            offset += take;
        }
    }

    public override Stream OpenRead(long offset, long length) => new SpoolStream(this, offset, length);

    public override void Dispose() => ReturnBlocks(_factory, _blocks);

    internal static void ReturnBlocks(SpoolFactory factory, List<ArraySegment<byte>> blocks)
    {
        foreach (var block in blocks)
        {
            factory.Release(block.Array!.Length);
            ArrayPool<byte>.Shared.Return(block.Array);
        }
        blocks.Clear();
    }
}
