using System.Text.RegularExpressions;
using Amavis.Core.Lookups;

namespace Amavis.Scanning.Virus;

/// <summary>
/// The built-in table of <c>virus_name_to_spam_score_maps</c>: names under which scanners and third-party signatures report spam,
/// phishing and jokes. What means a real virus has no points.
/// </summary>
public static class DefaultVirusNameScores
{
    /// <summary>Patterns in the order they are tried; null: a real virus.</summary>
    public static IReadOnlyList<(string Pattern, double? Points)> Patterns { get; } =
    [
        (@"^Structured\.(SSN|CreditCardNumber)\b", 0.1),
        (@"^(Heuristics\.)?Phishing\.", 0.1),
        (@"^(Email|HTML)\.Phishing\.(?!.*Sanesecurity)", 0.1),
        (@"^Sanesecurity\.(Malware|Rogue|Trojan)\.", null),
        (@"^Sanesecurity\.Foxhole\.(Zip_exe|Zip_bat|Mail_gz|Mail_ace)\b", 0.1),
        (@"^Sanesecurity\.Foxhole\.Mail_tar\b", 0),
        (@"^Sanesecurity\.Foxhole\.", null),
        (@"^Sanesecurity(_PhishBar_|\.TestSig_)", 0),
        (@"^Sanesecurity\.", 0.1),
        (@"^Email\.Spam\.Bounce\b.*\.Sanesecurity\.", 0),
        (@"^Email\.Spammail\b", 0.1),
        (@"^MSRBL-(Images|SPAM)\b", 0.1),
        (@"^VX\.Honeypot-SecuriteInfo\.com\.Joke", 0.1),
        (@"^VX\.not-virus_(Hoax|Joke)\..*-SecuriteInfo\.com(\.|$)", 0.1),
        (@"^Email\.Spam.*-SecuriteInfo\.com(\.|$)", 0.1),
        (@"^Safebrowsing\.", 0.1),
        (@"^winnow\.(phish|spam)\.", 0.1),
        (@"^INetMsg\.SpamDomain", 0.1),
        (@"^Doppelstern\.(Spam|Scam|Phishing|Junk|Lott|Loan)", 0.1),
        (@"^Bofhland\.Phishing", 0.1),
        (@"^ScamNailer\.", 0.1),
        (@"^HTML/Bankish", 0.1),
        (@"^PORCUPINE_(JUNK|PHISHING)|^Porcupine\.Junk", 0.1),
        (@"^PhishTank\.Phishing\.", 0.1),
        (@"-SecuriteInfo\.com(\.|$)", null),
        (@"^MBL_NA\.UNOFFICIAL", 0.1),
        (@"^MBL_", null),
    ];

    public static RegexTable Table { get; } =
        new([.. Patterns.Select(p => new RegexRule(Compile(p.Pattern), p.Points is { } points ? new LookupValue(points) : null))]);

    // Names come from the scanner and are short; the limit is for patterns that look ahead.
    private static Regex Compile(string pattern) => new(pattern, RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(100));
}
