using Amavis.Snmp.Mib;

namespace Amavis.Snmp.AgentX;

/// <summary>What a read-only subagent answers to its master (RFC 2741 §7.2).</summary>
public sealed class AgentXResponder(MibView mib)
{
    private static readonly PduBody.Response Fine = Failed(ResponseError.None, 0);

    /// <summary>The answer; null: none is due.</summary>
    public PduBody.Response? Answer(AgentXPdu request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Context is not null && request.Body is not (PduBody.Response or PduBody.Close or PduBody.CleanupSet))
            return Failed(ResponseError.UnsupportedContext, 0);
        return request.Body switch
        {
            PduBody.Get get => Values([.. get.Ranges.Select(r => new VarBind(r.Start, mib.Get(r.Start)))]),
            PduBody.GetNext next => Values([.. next.Ranges.Select(mib.GetNext)]),
            PduBody.GetBulk bulk => Values(Bulk(bulk)),
            PduBody.TestSet => Failed(ResponseError.NotWritable, 1),
            PduBody.CommitSet => Failed(ResponseError.CommitFailed, 0),
            PduBody.UndoSet => Failed(ResponseError.UndoFailed, 0),
            PduBody.Ping => Fine,
            PduBody.CleanupSet or PduBody.Response or PduBody.Close => null,
            _ => Failed(ResponseError.ParseError, 0),
        };
    }

    /// <summary>The ranges of a request; empty when it has none.</summary>
    public static IReadOnlyList<SearchRange> RangesOf(PduBody body) => body switch
    {
        // The end of a Get means nothing, and it looks at its start only.
        PduBody.Get get => [.. get.Ranges.Select(r => r with { End = r.Start.Length == 0 ? Oid.Of(0) : r.Start })],
        PduBody.GetNext next => next.Ranges,
        PduBody.GetBulk bulk => bulk.Ranges,
        _ => [],
    };

    public static PduBody.Response Failed(ResponseError error, int index) => new(0, error, index, []);

    private static PduBody.Response Values(IReadOnlyList<VarBind> variables) => new(0, ResponseError.None, 0, variables);

    /// <summary>
    /// RFC 2741 §7.2.3.3: the first ranges once, the others repeatedly, each from where it came to, in order of repetition. Ends early when
    /// nothing is left or the answer would grow too long.
    /// </summary>
    private List<VarBind> Bulk(PduBody.GetBulk bulk)
    {
        var once = Math.Min(bulk.NonRepeaters, bulk.Ranges.Count);
        var answer = bulk.Ranges.Take(once).Select(mib.GetNext).ToList();
        var ranges = bulk.Ranges.Skip(once).ToArray();
        for (var i = 0; i < bulk.MaxRepetitions && ranges.Length > 0 && answer.Count + ranges.Length <= AgentXLimits.BulkVariables; i++)
        {
            var isOver = true;
            for (var k = 0; k < ranges.Length; k++)
            {
                var found = mib.GetNext(ranges[k]);
                answer.Add(found);
                isOver &= found.Value.Type == SnmpType.EndOfMibView;
                ranges[k] = ranges[k] with { Start = found.Name, Include = false };
            }
            if (isOver)
                break;
        }
        return answer;
    }
}
