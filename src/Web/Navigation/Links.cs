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

    /// <summary>The policies in SQL.</summary>
    public static string Policies(string? search = null, string? after = null) => "/policies" + new QueryText().Add("q", search).Add("after", after);

    public const string NewPolicy = "/policies/new";

    /// <param name="done">What was done just now; see <c>PolicyNotice</c>.</param>
    public static string Policy(long id, string? done = null) => $"/policies/{id}{new QueryText().Add("done", done)}";

    /// <param name="policy">Null: the users of all policies.</param>
    public static string PolicyUsers(string? search = null, long? policy = null, string? after = null) =>
        "/policies/users" + new QueryText().Add("q", search).Add("policy", policy).Add("after", after);

    public static string NewPolicyUser(long? policy = null) => "/policies/users/new" + new QueryText().Add("policy", policy);

    public static string PolicyUser(long id, string? after = null, string? done = null) => $"/policies/users/{id}{new QueryText().Add("after", after).Add("done", done)}";

    /// <summary>Asks whether a sender's mail is never to be spam for a recipient.</summary>
    public static string Allow(string sender, string recipient) => "/policies/allow" + new QueryText().Add("sender", sender).Add("recipient", recipient);

    public static string Senders(string? search = null, string? after = null, string? done = null) =>
        "/policies/senders" + new QueryText().Add("q", search).Add("after", after).Add("done", done);

    public static string Sender(long id, string? done = null) => $"/policies/senders/{id}{new QueryText().Add("done", done)}";

    /// <summary>The effective policy of an address.</summary>
    public static string Who(string? address = null, string? sender = null) => "/who" + new QueryText().Add("address", address).Add("sender", sender);

    private static string Segment(MessageKey key) => Uri.EscapeDataString(key.ToString());

    /// <summary>The address when it is one of ours, else <see cref="Today"/>: nobody is sent elsewhere after signing in.</summary>
    public static string Local(string? returnTo) =>
        returnTo is { Length: > 0 and < 2000 } && returnTo[0] == '/' && (returnTo.Length == 1 || returnTo[1] is not ('/' or '\\'))
        && !returnTo.Any(char.IsControl)
            ? returnTo
            : Today;
}
