using Amavis.Configuration.Yaml;

namespace Amavis.Configuration.Reading;

/// <summary>Readers of single variables with rules of their own.</summary>
internal static class SpecialScalars
{
    private static readonly string[] Facilities =
    [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
        "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    public static bool MyHostname(Node node, BindContext context, out string value)
    {
        if (!Scalars.RequiredLine(node, context, out value))
            return false;
        var plain = !value.AsSpan().ContainsAny(" @/<>") && !value.StartsWith('.') && !value.EndsWith('.');
        return (plain && (value.Contains('.') || value == "localhost"))
            || context.Fault(node, $"\"{value}\" is not a fully qualified host name; it has to hold a dot, or to be localhost");
    }

    public static bool MailIdBits(Node node, BindContext context, out long value) =>
        Scalars.Integer(24, 240)(node, context, out value)
        && (value % 24 == 0 || context.Fault(node, $"{value} is not a multiple of 24"));

    public static bool Facility(Node node, BindContext context, out string value)
    {
        value = "mail";
        if (!Scalars.Line(node, context, out var text))
            return false;
        var name = (text ?? "").ToLowerInvariant();
        name = name.StartsWith("log_", StringComparison.Ordinal) ? name[4..] : name;
        if (!Facilities.Contains(name))
            return context.Expects(node, "a syslog facility such as mail or local3");
        value = name;
        return true;
    }
}
