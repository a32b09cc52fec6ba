using System.Globalization;
using System.Security.Claims;
using Amavis.Data.Console;
using Amavis.Data.Model;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Amavis.Web.SigningIn;

/// <summary>What a session knows of its account: name, role, and the stamp that ends it when a credential changes.</summary>
internal sealed class AccountClaims(IOptions<IdentityOptions> options) : IUserClaimsPrincipalFactory<AccountRow>
{
    public Task<ClaimsPrincipal> CreateAsync(AccountRow user)
    {
        var names = options.Value.ClaimsIdentity;
        var identity = new ClaimsIdentity(IdentityConstants.ApplicationScheme, names.UserNameClaimType, names.RoleClaimType);
        identity.AddClaim(new Claim(names.UserIdClaimType, user.Id.ToString(CultureInfo.InvariantCulture)));
        identity.AddClaim(new Claim(names.UserNameClaimType, user.UserName));
        identity.AddClaim(new Claim(names.RoleClaimType, ConsoleRoles.Parse(user.Role).Name()));
        identity.AddClaim(new Claim(names.SecurityStampClaimType, user.SecurityStamp));
        return Task.FromResult(new ClaimsPrincipal(identity));
    }
}

internal static class Viewers
{
    /// <summary>The signed-in person for queries and changes. Somebody not signed in may nothing.</summary>
    public static ConsoleViewer ToViewer(this ClaimsPrincipal? user) => user?.Identity is { IsAuthenticated: true, Name: { } name }
        ? new ConsoleViewer(name, ConsoleRoles.Parse(user.FindFirstValue(ClaimTypes.Role)))
        : new ConsoleViewer("", ConsoleRole.None);
}
