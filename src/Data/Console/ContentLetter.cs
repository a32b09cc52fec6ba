namespace Amavis.Data.Console;

/// <summary>The content letters of <c>msgs</c> and <c>msgrcpt</c> as the console shows them.</summary>
public static class ContentLetter
{
    public const char Virus = 'V';
    public const char Banned = 'B';
    public const char Unchecked = 'U';
    public const char Spam = 'S';
    public const char Spammy = 'Y';
    public const char EightBitHeader = 'M';
    public const char BadHeader = 'H';
    public const char Oversized = 'O';
    public const char MtaFailed = 'T';
    public const char Clean = 'C';
    public const char Unknown = '?';

    /// <summary>Most severe first.</summary>
    public static IReadOnlyList<char> All { get; } =
        [Virus, Banned, Unchecked, Spam, Spammy, EightBitHeader, BadHeader, Oversized, MtaFailed, Clean, Unknown];

    /// <summary>
    /// The letter to show for a recipient. Rows of older versions have a blank (the message's letter counts) or the letters
    /// <c>s</c> and <c>t</c>; late versions wrote <c>?</c> for mail the next hop refused.
    /// </summary>
    /// <param name="recipient">Letter of the recipient's row.</param>
    /// <param name="message">Letter of the message's row; null while it is worked on.</param>
    /// <param name="deliveryStatus">The recipient's <c>ds</c>.</param>
    public static char? Of(char recipient, char? message, char deliveryStatus)
    {
        var letter = recipient == ' ' ? message : recipient;
        return letter switch
        {
            's' => Spammy,
            't' => MtaFailed,
            Unknown when deliveryStatus is 'R' or 'T' => MtaFailed,
            _ => letter,
        };
    }

    /// <summary>Letters in the database that are shown as the given one.</summary>
    public static IReadOnlyList<char> Stored(char shown) => shown switch
    {
        Spammy => [Spammy, 's'],
        MtaFailed => [MtaFailed, 't'],
        _ => [shown],
    };
}
