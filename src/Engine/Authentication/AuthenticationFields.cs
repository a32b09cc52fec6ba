using Amavis.Core.Policy;
using Amavis.Dkim.Results;
using Amavis.Engine.Delivery;

namespace Amavis.Engine.Authentication;

/// <summary>Authentication-Results fields (RFC 8601) of our own, and those that claim to be.</summary>
internal static class AuthenticationFields
{
    /// <summary>Null: there is nothing to say, or it may not be said.</summary>
    public static AddedField? Make(Settings settings, IReadOnlyList<AuthenticationResult> results) =>
        results.Count > 0 && settings.MayAddHeader(AuthenticationResultsField.Name)
            ? new AddedField(AuthenticationResultsField.Name, new AuthenticationResultsField(IdOf(settings), results).Write(settings.MyProductName))
            : null;

    /// <summary>The name our results are known by.</summary>
    public static string IdOf(Settings settings) => settings.MyAuthservId ?? settings.MyHostname;
}
