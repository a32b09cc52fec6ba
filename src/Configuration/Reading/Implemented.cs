namespace Amavis.Configuration.Reading;

/// <summary>
/// What this version speaks, of all that the configuration can ask for. The rest is read and checked, and named in a notice as
/// being without effect.
/// </summary>
internal static class Implemented
{
    public static readonly string[] SessionProtocols = ["SMTP", "LMTP", "AM.PDP", "MILTER"];

    public static readonly string[] VirusProtocols = ["clamd", "sssp", "savapi", "simple", "sophie", "trophie", "drwebd", "smtp", "lmtp"];

    public static readonly string[] SpamProtocols = ["spamd", "rspamd"];
}
