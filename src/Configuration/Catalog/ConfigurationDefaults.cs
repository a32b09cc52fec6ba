using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Amavis.Configuration.Patterns;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Catalog;

/// <summary>The settings in force before a file has said anything.</summary>
internal static class ConfigurationDefaults
{
    public const string MyNets = "MYNETS";

    /// <param name="hostName">
    /// The node's name. One without a domain can't be <c>myhostname</c>; then it is localhost, where the original refused to start.
    /// </param>
    public static Settings Create(string hostName) => new()
    {
        MyHostname = hostName.Contains('.') ? hostName : "localhost",
        LocalhostName = "localhost",
        PolicyBanks = new Dictionary<string, PolicyBank> { [MyNets] = new(MyNets, static s => s) }.ToFrozenDictionary(),
        SpamScanners = [new SpamScannerSettings("SpamAssassin", "spamd", ["127.0.0.1:783"])],
        VirusNameToSpamScoreMaps = VirusScores,
    };

    private const double Suspicious = 0.1;

    /// <summary>
    /// Names that third-party signature sets give to spam and fraud rather than to malware; a rule without a score keeps the name
    /// a virus.
    /// </summary>
    private static readonly (string Pattern, double? Score)[] VirusScoreRules =
    [
        (@"^Structured\.(SSN|CreditCardNumber)\b", Suspicious),
        (@"^(Heuristics\.)?Phishing\.", Suspicious),
        (@"^(Email|HTML)\.Phishing\.(?!.*Sanesecurity)", Suspicious),
        (@"^Sanesecurity\.(Malware|Rogue|Trojan)\.", null),
        (@"^Sanesecurity\.Foxhole\.(Zip_exe|Zip_bat|Mail_gz|Mail_ace)", Suspicious),
        (@"^Sanesecurity\.Foxhole\.Mail_tar", 0),
        (@"^Sanesecurity\.Foxhole\.", null),
        (@"^Sanesecurity\.", Suspicious),
        (@"^Sanesecurity_PhishBar_", 0),
        (@"^Sanesecurity\.TestSig_", 0),
        (@"^Email\.Spam\.Bounce(\.[^., ]*)*\.Sanesecurity\.", 0),
        (@"^Email\.Spammail\b", Suspicious),
        (@"^MSRBL-(Images|SPAM)\b", Suspicious),
        (@"^VX\.Honeypot-SecuriteInfo\.com\.Joke", Suspicious),
        (@"^VX\.not-virus_(Hoax|Joke)\..*-SecuriteInfo\.com", Suspicious),
        (@"^Email\.Spam.*-SecuriteInfo\.com", Suspicious),
        (@"^Safebrowsing\.", Suspicious),
        (@"^winnow\.(phish|spam)\.", Suspicious),
        (@"^INetMsg\.SpamDomain", Suspicious),
        (@"^Doppelstern\.(Spam|Scam|Phishing|Junk|Lott|Loan)", Suspicious),
        (@"^Bofhland\.Phishing", Suspicious),
        (@"^ScamNailer\.", Suspicious),
        (@"^HTML/Bankish", Suspicious),
        (@"^PORCUPINE_(JUNK|PHISHING)", Suspicious),
        (@"^Porcupine\.Junk", Suspicious),
        (@"^PhishTank\.Phishing\.", Suspicious),
        (@"-SecuriteInfo\.com", null),
        (@"^MBL_NA\.UNOFFICIAL", Suspicious),
        (@"^MBL_", null),
    ];

    private static readonly LookupMaps VirusScores = new([new RegexTable([.. VirusScoreRules.Select(rule =>
        new RegexRule(new Regex(rule.Pattern, RegexOptions.CultureInvariant, PerlPattern.MatchTimeout), rule.Score is { } s ? new LookupValue(s) : null))])]);
}
