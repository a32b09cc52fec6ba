using Amavis.Data.Model;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Amavis.Web.SigningIn;

/// <summary>Identity's sign-in, which also keeps disabled accounts out.</summary>
internal sealed class AccountSignIn(
    UserManager<AccountRow> users,
    IHttpContextAccessor contexts,
    IUserClaimsPrincipalFactory<AccountRow> claims,
    IOptions<IdentityOptions> options,
    ILogger<SignInManager<AccountRow>> logger,
    IAuthenticationSchemeProvider schemes,
    IUserConfirmation<AccountRow> confirmation)
    : SignInManager<AccountRow>(users, contexts, claims, options, logger, schemes, confirmation)
{
    public override async Task<bool> CanSignInAsync(AccountRow user) => !user.Disabled && await base.CanSignInAsync(user);

    // Also asked for open sessions: a disabled account's end with the next check of their stamp.
    public override async Task<AccountRow?> ValidateSecurityStampAsync(System.Security.Claims.ClaimsPrincipal? principal)
    {
        var user = await base.ValidateSecurityStampAsync(principal);
        return user is { Disabled: false } ? user : null;
    }
}
