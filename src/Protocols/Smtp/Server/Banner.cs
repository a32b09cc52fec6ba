using System.Reflection;

namespace Amavis.Protocols.Smtp.Server;

/// <summary>The texts of the greeting and of the farewell, with their variables filled in.</summary>
internal static class Banner
{
    private static readonly string Version = typeof(Banner).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>Date of this version's build in digits; empty when the build did not set <c>BuildDate</c>.</summary>
    private static readonly string VersionDate =
        typeof(Banner).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "BuildDate")?.Value ?? "";

    /// <summary>The domain literal the server calls itself: its own address, or <c>[localhost]</c> on Unix sockets.</summary>
    public static string HeloName(SmtpSessionContext context) =>
        context.Connection.Local is { } local
            ? $"[{(local.Address.IsIPv4MappedToIPv6 ? local.Address.MapToIPv4() : local.Address)}]"
            : "[localhost]";

    /// <summary>An unknown variable stands for nothing.</summary>
    public static string Expand(string template, SmtpSessionState state)
    {
        var text = template;
        var at = 0;
        while ((at = text.IndexOf("${", at, StringComparison.Ordinal)) >= 0)
        {
            var end = text.IndexOf('}', at);
            if (end < 0)
                break;
            var value = Value(text[(at + 2)..end], state);
            text = string.Concat(text.AsSpan(0, at), value, text.AsSpan(end + 1));
            at += value.Length;
        }
        return text;
    }

    private static string Value(string name, SmtpSessionState state) => name switch
    {
        "helo-name" => HeloName(state.Context),
        "myhostname" => state.Settings.MyHostname,
        "product" => state.Settings.MyProductName,
        "protocol" => state.IsLmtp ? "LMTP" : "ESMTP",
        "version" => VersionDate.Length == 0
            ? $"{state.Settings.MyProductName}-{Version}"
            : $"{state.Settings.MyProductName}-{Version} ({VersionDate})",
        "version-id" => Version,
        "version-date" => VersionDate,
        _ => "",
    };
}
