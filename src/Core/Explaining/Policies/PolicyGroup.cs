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
}
