using System.Globalization;
using Amavis.Core.Parts;

namespace Amavis.Decoding;

/// <summary>All parts of a message; gives out their numbers.</summary>
internal sealed class PartList
{
    private readonly List<MessagePart> _parts = [];
    private readonly List<MessagePart> _hidden = [];
    private List<MessagePart> _fresh = [];

    /// <summary>In the order of their numbers.</summary>
    public IReadOnlyList<MessagePart> All => _parts;

    /// <summary>Those that only the scanners see, in the order of their own numbers.</summary>
    public IReadOnlyList<MessagePart> Hidden => _hidden;

    /// <summary>Adds a part that only the scanners see.</summary>
    public MessagePart AddHidden()
    {
        var part = new MessagePart(_hidden.Count + 1, parent: null, "") { ForScannersOnly = true };
        _hidden.Add(part);
        _fresh.Add(part);
        return part;
    }

    /// <summary>Adds a member of an archive under the next number.</summary>
    public MessagePart AddMember(MessagePart archive, int index) =>
        AddNext(archive, archive.Placement.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{archive.Placement}/{index}"));

    /// <summary>Adds a part under the next number.</summary>
    public MessagePart AddNext(MessagePart? parent, string placement)
    {
        if (parent is { ForScannersOnly: true })
        {
            var hidden = new MessagePart(_hidden.Count + 1, parent, placement);
            _hidden.Add(hidden);
            _fresh.Add(hidden);
            return hidden;
        }
        var part = new MessagePart(_parts.Count + 1, parent, placement);
        Add(part);
        return part;
    }

    /// <summary>Parts must come in the order of their numbers.</summary>
    public void Add(MessagePart part)
    {
        _parts.Add(part);
        _fresh.Add(part);
    }

    /// <summary>Those added since it was last asked.</summary>
    public List<MessagePart> TakeFresh()
    {
        var fresh = _fresh;
        _fresh = [];
        return fresh;
    }
}
