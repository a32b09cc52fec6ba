using System.Text.RegularExpressions;
using Amavis.Core.Policy;

namespace Amavis.Scanning.Virus.Answers;

/// <summary>How the answers of a scanner are read: those the administrator gave, or the ones its protocol brings along.</summary>
internal sealed record AnswerRules(AnswerTest? Clean, AnswerTest? Infected, Regex? VirusName)
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    // savidi: VIRUS lines name what is found, and the last line says how the request ended.
    private static readonly AnswerRules Sssp = new(Pattern("^DONE OK"), Pattern("^VIRUS"), Names(@"^VIRUS (\S+)"));

    // SAVAPI 3: a status before each line; members of archives stand behind the path of the archive.
    private static readonly AnswerRules Savapi = new(Pattern("^(?:200|210)(?!\\d)"), Pattern("^(?:310|319|420)(?!\\d)"), Names(@"^(?:310|420) (?:.*<<< )?(.+?) ; "));

    // Zeros are clean and 1 is not; anything else is a fault of the daemon.
    private static readonly AnswerRules Sophie = new(Pattern("^0+(?::|$)"), Pattern("^1(?::|$)"), Names(@"^[-+]?\d+:(.*)$"));

    public static AnswerRules Of(VirusScannerSettings settings)
    {
        var own = settings.Protocol switch
        {
            "sssp" => Sssp,
            "savapi" => Savapi,
            "sophie" or "trophie" => Sophie,
            _ => new AnswerRules(null, null, null),
        };
        return new AnswerRules(settings.Clean ?? own.Clean, settings.Infected ?? own.Infected, settings.VirusName ?? own.VirusName);
    }

    private static AnswerTest Pattern(string pattern) => new([], Names(pattern));

    private static Regex Names(string pattern) => new(pattern, RegexOptions.Multiline | RegexOptions.CultureInvariant, MatchTimeout);
}
