using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Delivery;
using Amavis.Engine.Quarantine;
using Amavis.Engine.Verdicts;
using Amavis.Mime.Editing;

namespace Amavis.Engine.Hooks;

/// <summary>What is about to be done. Recipients are numbered from 0, in the order of the envelope.</summary>
public sealed class HookDelivery
{
    private readonly DeliveryMethod?[] _methods;
    private readonly List<AddedField> _fields = [];

    internal HookDelivery(IReadOnlyList<RecipientVerdict> verdicts, Findings findings, IReadOnlyList<StoredCopy> copies)
    {
        Verdicts = verdicts;
        Findings = findings;
        Copies = copies;
        _methods = new DeliveryMethod?[verdicts.Count];
    }

    /// <summary>Destiny, categories and reply of each recipient.</summary>
    public IReadOnlyList<RecipientVerdict> Verdicts { get; }

    public Findings Findings { get; }

    /// <summary>Where the quarantine has its copies.</summary>
    public IReadOnlyList<StoredCopy> Copies { get; }

    /// <summary>The message that is sent in the place of the received one; null: the received one.</summary>
    internal ReadOnlyMemory<byte>? Replacement { get; private set; }

    internal IReadOnlyList<DeliveryMethod?> Methods => _methods;

    internal IReadOnlyList<AddedField> Fields => _fields;

    /// <summary>Sends one recipient's copy another way; for a blocked one it changes nothing.</summary>
    /// <param name="method">As in the configuration: <c>smtp:[192.0.2.1]:25</c>; several of smtp and lmtp to choose from.</param>
    /// <exception cref="FormatException">Not a delivery method.</exception>
    public void SetMethod(int recipient, params string[] method) => _methods[recipient] = DeliveryMethod.Parse(method);

    /// <summary>Adds a field to every copy.</summary>
    public void AddField(string name, string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        _fields.Add(FieldWriter.IsName(name) ? new AddedField(name, body) : throw new ArgumentException("not a header field name", nameof(name)));
    }

    /// <summary>Sends another message in the place of the received one, header section and body; our own fields are added as usual.</summary>
    /// <param name="message">Any line ends.</param>
    public void ReplaceMessage(ReadOnlyMemory<byte> message) => Replacement = message;
}
