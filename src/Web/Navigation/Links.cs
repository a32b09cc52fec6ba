using Amavis.Data.Console;

namespace Amavis.Web.Navigation;

/// <summary>Every address of the console. Pages and redirects ask here; nothing else builds one.</summary>
internal static class Links
{
    public const string Today = "/";
    public const string SignIn = "/login";
    public const string SignOut = "/logout";
    public const string Me = "/me";

    /// <param name="who">Null: asks for an address.</param>
    public static string People(string? who = null) => "/people" + new QueryText().Add("who", who);

    /// <summary>Where releases and deletions are posted to; shows what came of each.</summary>
    public const string Act = "/quarantine/act";

    public static string Trace(TraceFilter? filter = null, string? after = null) => "/messages" + TraceAddress.Write(filter ?? TraceFilter.Empty, after);

    public static string Quarantine(QuarantineFilter? filter = null, string? after = null, MessageKey? open = null) =>
        "/quarantine" + QuarantineAddress.Write(filter ?? QuarantineFilter.Default, after, open);

    /// <param name="tab">Null: the first.</param>
    /// <param name="view">How the tab shows its content; null: as text.</param>
    public static string Message(MessageKey key, string? tab = null, string? view = null) =>
        $"/messages/{Segment(key)}{new QueryText().Add("tab", tab).Add("view", view)}";

    /// <summary>The HTML of a message, for the sandboxed frame.</summary>
    public static string MessageBody(MessageKey key) => $"/messages/{Segment(key)}/body";

    /// <summary>The stored message, for saving.</summary>
    public static string MessageRaw(MessageKey key) => $"/messages/{Segment(key)}/raw";

    /// <summary>One decoded part, for saving.</summary>
    public static string MessagePart(MessageKey key, int part) => $"/messages/{Segment(key)}/parts/{part}";

    private static string Segment(MessageKey key) => Uri.EscapeDataString(key.ToString());

    /// <summary>The address when it is one of ours, else <see cref="Today"/>: nobody is sent elsewhere after signing in.</summary>
    public static string Local(string? returnTo) =>
        returnTo is { Length: > 0 and < 2000 } && returnTo[0] == '/' && (returnTo.Length == 1 || returnTo[1] is not ('/' or '\\'))
        && !returnTo.Any(char.IsControl)
            ? returnTo
            : Today;
}
