using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Dkim.Results;
using Amavis.Engine.Authentication;
using Amavis.Engine.Delivery;
using Amavis.Engine.Delivery.Mangling;
using Amavis.Mime.Editing;
using Amavis.Mime.Headers;

namespace Amavis.Engine;

internal sealed partial class Letter
{
    private static readonly string[] SpamFields =
        ["X-Spam-Status", "X-Spam-Level", "X-Spam-Flag", "X-Spam-Score", "X-Spam-Report", "X-Spam-Checker-Version", "X-Spam-Tests"];

    /// <summary>The message with fields on top and otherwise as it came, for the quarantine.</summary>
    public OutgoingMessage WithFields(IReadOnlyList<AddedField> fields, bool removeReturnPath = false)
    {
        var edits = new HeaderEdits();
        foreach (var field in fields)
            FieldText.Add(edits, field);
        if (removeReturnPath)
            edits.Delete("Return-Path");
        return new EditedMessage(_message.Spool, Header, edits, HeaderRendering.Default);
    }

    /// <summary>A recipient's copy for the next hop.</summary>
    /// <param name="received">Our trace field; null: none.</param>
    /// <param name="spool">The message itself, or one with its body changed.</param>
    /// <param name="header">The header section of that.</param>
    public EditedMessage Copy(CopyPlan plan, AddedField? received, Spool spool, HeaderSection header)
    {
        var settings = _message.Policy.Settings;
        var edits = EditsOf(plan, settings, header);
        AddBelow(edits, plan, received, settings);
        return new EditedMessage(spool, header, edits, Rendering(settings));
    }

    /// <summary>A new message that warns of this one and has it attached.</summary>
    public OutgoingMessage AttachedCopy(CopyPlan plan, AddedField? received, string boundary, Spool spool, HeaderSection header)
    {
        var settings = _message.Policy.Settings;
        var rendering = Rendering(settings);
        var edits = new HeaderEdits();
        foreach (var field in plan.Fields)
            FieldText.Add(edits, field);
        AddBelow(edits, plan, received, settings);
        return AttachedMessage.Make(_message, spool, header, edits, rendering, plan, boundary);
    }

    private static void AddBelow(HeaderEdits edits, CopyPlan plan, AddedField? received, Settings settings)
    {
        if (received is not null && settings.MayAddHeader(received.Name))
            FieldText.Add(edits, received);
        if (plan.Category is { } category)
            FieldText.Add(edits, category);
    }

    /// <summary>The same changes for a client that passes the message on itself; it adds its own Received field.</summary>
    public IReadOnlyList<FieldChange> ChangesFor(CopyPlan plan)
    {
        var settings = _message.Policy.Settings;
        var edits = EditsOf(plan, settings, Header);
        if (plan.Category is { } category)
            FieldText.Add(edits, category);
        return [.. HeaderChanges.Of(edits, Header, Rendering(settings)).Select(Change)];
    }

    /// <summary>The message as a client passes it on that makes these changes.</summary>
    public EditedMessage ClientsCopy(CopyPlan plan)
    {
        var settings = _message.Policy.Settings;
        var edits = EditsOf(plan, settings, Header);
        if (plan.Category is { } category)
            FieldText.Add(edits, category);
        return new EditedMessage(_message.Spool, Header, edits, Rendering(settings) with { RepairFolding = false, RepairLongLines = false });
    }

    private static FieldChange Change(HeaderChange change) => change switch
    {
        HeaderChange.Delete(var name, var occurrence) => new FieldChange(FieldChangeKind.Delete, name, occurrence, ""),
        HeaderChange.Replace(var name, var occurrence, var body) => new FieldChange(FieldChangeKind.Replace, name, occurrence, body),
        HeaderChange.Append(var name, var body) => new FieldChange(FieldChangeKind.Append, name, 0, body),
        HeaderChange.Insert insert => new FieldChange(FieldChangeKind.Insert, insert.Name, 0, insert.Body),
        _ => throw new InvalidOperationException("unknown kind of header change"),
    };

    private static HeaderEdits EditsOf(CopyPlan plan, Settings settings, HeaderSection header)
    {
        var edits = new HeaderEdits();
        foreach (var field in plan.Fields)
            FieldText.Add(edits, field);
        edits.Delete("X-Amavis-Hold");
        if (plan.RemoveSpamHeaders)
            foreach (var name in SpamFields)
                edits.Delete(name);
        if (settings.RemoveExistingXScannedHeaders && settings.XHeaderTag.Length > 0)
            edits.Delete(settings.XHeaderTag);
        var authservId = AuthenticationFields.IdOf(settings);
        edits.Delete(AuthenticationResultsField.Name, field => AuthenticationResultsField.MayClaimToBe(field.Unfolded(), authservId));
        edits.Delete("X-Amavis-Category", field => AuthenticationResultsField.MayClaimToBe(field.Unfolded(), authservId));
        if (plan.SubjectTag is { } tag)
            SubjectTag.Apply(edits, header, tag);
        return edits;
    }

    private HeaderRendering Rendering(Settings settings) => HeaderRendering.Default with
    {
        SmtpUtf8 = _message.Envelope.SmtpUtf8,
        Charset = settings.HdrEncoding,
        Base64Words = settings.HdrEncodingQb == "B",
        RepairFolding = settings.AllowFixingImproperHeader && settings.AllowFixingImproperHeaderFolding,
        RepairLongLines = settings.AllowFixingImproperHeader && settings.AllowFixingLongHeaderLines,
    };
}
