namespace Amavis.Core.Explaining.Policies;

/// <summary>Headings under which the settings of recipients are shown, in their order.</summary>
public enum PolicyGroup
{
    Recipient,
    Checks,
    SpamLevels,
    Delivery,
    Actions,
    Quarantine,
    SubjectAndHeader,
    Notices,
    ContentRules,
}

/// <summary>The headings in words.</summary>
public static class PolicyGroups
{
    public static string Title(this PolicyGroup group) => group switch
    {
        PolicyGroup.Recipient => "Recipient",
        PolicyGroup.Checks => "Checks left out",
        PolicyGroup.SpamLevels => "Spam levels",
        PolicyGroup.Delivery => "Delivery",
        PolicyGroup.Actions => "Mail wanted all the same",
        PolicyGroup.Quarantine => "Quarantine",
        PolicyGroup.SubjectAndHeader => "Subject and address marks",
        PolicyGroup.Notices => "Notices",
        PolicyGroup.ContentRules => "Rules, scanner, disclaimer",
        _ => throw new ArgumentOutOfRangeException(nameof(group), group, null),
    };

    /// <summary>What all settings of the group have in common; empty: nothing that has to be said.</summary>
    public static string Hint(this PolicyGroup group) => group switch
    {
        PolicyGroup.Quarantine => "The name of a quarantine or an address; the empty text keeps nothing.",
        PolicyGroup.SpamLevels => "Points; a message that reaches the level counts.",
        PolicyGroup.Actions => "Such mail is passed, marked, whatever else becomes of it.",
        PolicyGroup.Checks => "A check is only left out where every recipient of a message does without it; its result never counts for this one.",
        _ => "",
    };
}
