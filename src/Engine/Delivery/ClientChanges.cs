using System.Text;
using System.Text.Unicode;
using Amavis.Core.Messages;
using Amavis.Mime.Headers;

namespace Amavis.Engine.Delivery;

/// <summary>What a client has to change in the message it has, to send the copy meant for its recipients. Owns the body until it is taken.</summary>
internal sealed class ClientChanges(IReadOnlyList<FieldChange> header, SpooledBody? body) : IDisposable
{
    private SpooledBody? _body = body;

    public IReadOnlyList<FieldChange> Header => header;

    /// <summary>The same body with another header; this one has no body any more.</summary>
    public ClientChanges With(IReadOnlyList<FieldChange> otherHeader)
    {
        var moved = new ClientChanges(otherHeader, _body);
        _body = null;
        return moved;
    }

    /// <summary>The new body, from then on the caller's to dispose of; null: the body stays.</summary>
    public OutgoingMessage? TakeBody()
    {
        var taken = _body;
        _body = null;
        return taken;
    }

    /// <summary>
    /// Compares a whole copy with the header section the client has. Fields that both have stay where they are; what is new goes to the
    /// top, unless it stands for an original of its name further down. The client's own trace field, which it shows to nobody, is left alone.
    /// </summary>
    /// <param name="copy">Belongs to the result.</param>
    public static ClientChanges Between(HeaderSection original, Spool copy)
    {
        var section = HeaderSection.Read(copy);
        var kept = new bool[original.Fields.Count];
        var added = Match(original, section, kept);
        var numbers = Numbers(original);
        var changes = new List<FieldChange>();
        for (var i = original.Fields.Count - 1; i >= 0; i--)
        {
            var field = original.Fields[i];
            if (kept[i] || !field.IsField || field.HasName("Received"))
                continue;
            var at = added.FindLastIndex(a => a.BelowTop && a.Field.HasName(field.Name));
            changes.Add(at < 0
                ? new FieldChange(FieldChangeKind.Delete, field.Name, numbers[i], "")
                : new FieldChange(FieldChangeKind.Replace, field.Name, numbers[i], Body(added[at].Field)));
            if (at >= 0)
                added.RemoveAt(at);
        }
        changes.AddRange(added.Select(a => new FieldChange(FieldChangeKind.Insert, a.Field.Name, 0, Body(a.Field))));
        return new ClientChanges(changes, new SpooledBody(copy, section.BodyOffset));
    }

    public void Dispose() => _body?.Dispose();

    /// <summary>Marks the original fields that the copy has in the same order, and gives the others of the copy.</summary>
    private static List<(HeaderField Field, bool BelowTop)> Match(HeaderSection original, HeaderSection copy, bool[] kept)
    {
        var places = new Dictionary<string, Queue<int>>(StringComparer.Ordinal);
        for (var i = 0; i < original.Fields.Count; i++)
        {
            var key = Encoding.Latin1.GetString(original.Fields[i].Octets.Span);
            if (!places.TryGetValue(key, out var queue))
                places[key] = queue = new Queue<int>();
            queue.Enqueue(i);
        }
        var added = new List<(HeaderField, bool)>();
        var next = 0;
        foreach (var field in copy.Fields)
        {
            var queue = places.GetValueOrDefault(Encoding.Latin1.GetString(field.Octets.Span));
            while (queue is { Count: > 0 } && queue.Peek() < next)
                queue.Dequeue();
            if (queue is { Count: > 0 })
            {
                next = queue.Dequeue();
                kept[next++] = true;
            }
            else if (field.IsField)
            {
                added.Add((field, next > 0));
            }
        }
        return added;
    }

    /// <summary>Which field of its name each original is, from 1.</summary>
    private static int[] Numbers(HeaderSection original)
    {
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        return [.. original.Fields.Select(f => f.IsField ? seen[f.Name] = seen.GetValueOrDefault(f.Name) + 1 : 0)];
    }

    private static string Body(HeaderField field)
    {
        var octets = field.BodyOctets.TrimEnd("\r\n"u8);
        var text = Utf8.IsValid(octets) ? Encoding.UTF8.GetString(octets) : Encoding.Latin1.GetString(octets);
        text = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        return text.StartsWith(' ') ? text[1..] : text;
    }
}

/// <summary>The body of a spooled message; owns the spool.</summary>
internal sealed class SpooledBody(Spool spool, long offset) : OutgoingMessage, IDisposable
{
    public override long Length => spool.Length - offset;

    public override bool LeadingDots => spool.Facts.LeadingDots;

    public override bool EightBit => spool.Facts.EightBit;

    public override IEnumerable<ReadOnlyMemory<byte>> Chunks() => spool.Chunks(offset, spool.Length - offset);

    public void Dispose() => spool.Dispose();
}
