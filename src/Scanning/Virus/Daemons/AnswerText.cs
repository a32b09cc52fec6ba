namespace Amavis.Scanning.Virus.Daemons;

/// <summary>Answers as they are shown in logs.</summary>
internal static class AnswerText
{
    private const int MaxChars = 200;

    public static string Short(string text)
    {
        var plain = string.Concat(text.Take(MaxChars).Select(c => char.IsControl(c) ? '?' : c));
        return text.Length > MaxChars ? plain + "..." : plain;
    }
}
