using Amavis.Configuration.Yaml;
using Amavis.Core.Addresses;
using Amavis.Core.Policy;

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

    public const string ManglingWords = "true, false, attach, altermime, disclaimer, null or nulldisclaimer";

    /// <summary>A kind of change to passed mail; null and false: none. True leaves the kind to what is installed.</summary>
    public static bool Mangling(Node node, BindContext context, out string? value)
    {
        value = null;
        if (node is ScalarNode { IsNull: true } or ScalarNode { Text: "" })
            return true;
        if (node is not ScalarNode scalar)
            return context.Expects(node, ManglingWords);
        if (Scalars.TruthOf(scalar) is { } truth)
        {
            value = truth ? "1" : null;
            return true;
        }
        value = scalar.Text.ToLowerInvariant();
        return value is "attach" or "altermime" or "anomy" or "disclaimer" or "null" or "nulldisclaimer" || context.Expects(node, ManglingWords);
    }

    /// <summary>A digest, with or without the dash in its name.</summary>
    public static bool Digest(Node node, BindContext context, out string value)
    {
        value = ((node as ScalarNode)?.Text ?? "").Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
        return value is "MD5" or "SHA1" or "SHA256" or "SHA384" or "SHA512" || context.Expects(node, "MD5, SHA1, SHA256, SHA384 or SHA512");
    }

    /// <summary>A mail address; null and the empty text: none.</summary>
    public static bool Address(Node node, BindContext context, out string? value)
    {
        if (!Scalars.Line(node, context, out value))
            return false;
        return string.IsNullOrEmpty(value) || (MailAddress.TryParse(value, out var address) && address.Domain.Length > 0)
            || context.Fault(node, $"\"{value}\" is not a mail address");
    }

    public static bool MailIdBits(Node node, BindContext context, out long value) =>
        Scalars.Integer(24, 240)(node, context, out value)
        && (value % 24 == 0 || context.Fault(node, $"{value} is not a multiple of 24"));

    /// <summary>A number, or the period that gives it; null: 0.</summary>
    public static bool Partition(Node node, BindContext context, out PartitionTag value)
    {
        value = 0;
        return node is ScalarNode scalar && (scalar.IsNull || PartitionTag.TryParse(scalar.Text, out value))
            || context.Expects(node, "a whole number, iso8601_week, iso8601_yearweek or iso8601_weekday");
    }

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
