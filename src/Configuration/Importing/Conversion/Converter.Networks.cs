using Amavis.Configuration.Importing.Evaluation;

namespace Amavis.Configuration.Importing.Conversion;

/// <summary>Lists of networks, and the policy banks that belong to them.</summary>
internal sealed partial class Converter
{
    private YamlList? NetworksOf(PerlArray array, SourcePosition position)
    {
        var list = new YamlList(position, _owner) { Closing = array.Closing };
        return AddNetworks(array, list, 0) ? WithOpening(list, array.Opening) : null;
    }

    private bool AddNetworks(PerlArray array, YamlList list, int depth)
    {
        if (array.Fault is { } fault)
        {
            _owner.Refuse(fault);
            return false;
        }
        foreach (var item in array.Items)
        {
            var element = Followed(item);
            switch (element.Value)
            {
                case PerlValue.Undefined:
                    break;
                case PerlValue.Text or PerlValue.Number:
                    list.Items.Add(Scalar(element, element.Value.Printed!, false));
                    break;
                case PerlValue.FileTable file:
                    list.Items.Add(Commented(Named(file.Kind, file.Path, element), element)!);
                    break;
                case PerlValue.ArrayLink other when depth < ImportLimits.ValueDepth:
                    if (!AddNetworks(other.To, list, depth + 1))
                        return false;
                    break;
                default:
                    // A network left out could let in what it was to keep out.
                    Refuse(element, element.Value is PerlValue.Unknown unknown ? unknown.Reason : "addresses and networks are wanted");
                    return false;
            }
        }
        return true;
    }

    /// <summary><c>@client_ipaddr_policy</c>: networks and a bank by turns.</summary>
    private YamlList? PolicyByAddress(PerlArray array, SourcePosition position)
    {
        var list = new YamlList(position, _owner) { Closing = array.Closing };
        if (array.Fault is { } fault)
        {
            _owner.Refuse(fault);
            return null;
        }
        for (var i = 0; i + 1 < array.Items.Count; i += 2)
        {
            var (networks, bank) = (array.Items[i], array.Items[i + 1]);
            if (NetworksFor(networks) is not { } who || Any(bank) is not { } name)
                continue;
            list.Items.Add(new YamlList(PositionOf(networks), StatementOf(networks)) { Items = [who, name], Comments = networks.Comments, IsRemovable = true });
            (who.Comments, name.Comments) = (Syntax.CommentSet.None, Syntax.CommentSet.None);
            list.Items[^1].Comments = Syntax.CommentSet.Join(networks.Comments, bank.Comments);
        }
        if (array.Items.Count % 2 == 1)
            Refuse(array.Items[^1], "networks without a policy bank");
        return WithOpening(list, array.Opening);
    }

    private YamlItem? NetworksFor(PerlItem item)
    {
        item = Followed(item);
        switch (item.Value)
        {
            case PerlValue.ArrayLink { To.Name: "@mynetworks" }:
                return Scalar(item, "mynetworks", true);
            case PerlValue.ArrayLink array:
                return Within(item, () => NetworksOf(array.To, PositionOf(item)));
            case PerlValue.FileTable file:
                return new YamlList(PositionOf(item), StatementOf(item)) { Items = [Named(file.Kind, file.Path, item)] };
            case PerlValue.Text { Value: var text }:
                StatementOf(item).Note("a network alone, outside of a list, is a constant, which in the original matches every client; it is taken over as the network that was meant");
                return new YamlList(PositionOf(item), StatementOf(item)) { Items = [Scalar(item, text, false)] };
            case PerlValue.Unknown unknown:
                return Refuse(item, unknown.Reason);
            case PerlValue.Number { Value: 1 }:
                return new YamlList(PositionOf(item), StatementOf(item)) { Items = [Scalar(item, "0.0.0.0/0", false), Scalar(item, "::/0", false)] };
            default:
                return Refuse(item, "a list of networks is wanted");
        }
    }
}
