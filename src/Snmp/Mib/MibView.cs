namespace Amavis.Snmp.Mib;

/// <summary>All objects in the order of their identifiers, and the two ways to ask for them (RFC 2741 §7.2.3).</summary>
public sealed class MibView
{
    private readonly MibObject[] _objects;

    public MibView(IReadOnlyList<MibGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        Groups = groups;
        _objects = [.. groups.SelectMany(g => g.Objects).OrderBy(o => o.Instance)];
    }

    public IReadOnlyList<MibGroup> Groups { get; }

    /// <summary>In the order of their identifiers.</summary>
    public IReadOnlyList<MibObject> Objects => _objects;

    /// <summary>The value of a variable, or noSuchInstance below or at an object, or noSuchObject elsewhere (RFC 2741 §7.2.3.1).</summary>
    public SnmpValue Get(Oid name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var index = FirstFrom(name, include: true);
        if (index < _objects.Length && _objects[index].Instance == name)
            return _objects[index].Read();
        // An object's name is above its instance, what lies below an object comes after it.
        var isOfObject = (index < _objects.Length && _objects[index].Id == name) || (index > 0 && _objects[index - 1].Id.IsPrefixOf(name));
        return isOfObject ? SnmpValue.NoSuchInstance : SnmpValue.NoSuchObject;
    }

    /// <summary>The first variable of a range, or its start with endOfMibView (RFC 2741 §7.2.3.2).</summary>
    public VarBind GetNext(SearchRange range)
    {
        var index = FirstFrom(range.Start, range.Include);
        if (index == _objects.Length || (range.End.Length > 0 && _objects[index].Instance >= range.End))
            return new VarBind(range.Start, SnmpValue.EndOfMibView);
        return new VarBind(_objects[index].Instance, _objects[index].Read());
    }

    /// <summary>Brings the groups up to date that a range touches.</summary>
    public async ValueTask RefreshAsync(IReadOnlyList<SearchRange> ranges, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        foreach (var group in Groups)
            if (group.Refresh is { } refresh && ranges.Any(r => Touches(r, group.Subtree)))
                await refresh(cancellationToken);
    }

    /// <summary>A search goes on from its start, and finds the group when it begins in it or before it and does not end there.</summary>
    private static bool Touches(SearchRange range, Oid subtree) =>
        subtree.IsPrefixOf(range.Start) || (range.Start <= subtree && (range.End.Length == 0 || range.End > subtree));

    private int FirstFrom(Oid name, bool include)
    {
        var (low, high) = (0, _objects.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var order = _objects[middle].Instance.CompareTo(name);
            if (order < 0 || (order == 0 && !include))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
