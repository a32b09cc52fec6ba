using Amavis.Core.Policy;
using Amavis.Data.Console;
using Amavis.Data.Model;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Amavis.Web.Hosting;
using Amavis.Web.Navigation;

namespace Amavis.Web.SigningIn;

internal static class AccountServices
{
    private const int FailuresBeforeLock = 8;
    private static readonly TimeSpan LockTime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SessionTime = TimeSpan.FromHours(10);

    /// <summary>A changed password or a removed account ends sessions within this time.</summary>
    private static readonly TimeSpan StampCheck = TimeSpan.FromMinutes(1);

    public static void AddConsoleAccounts(this IServiceCollection services, StateDirectory state)
    {
        services.AddDataProtection().SetApplicationName("amavis-web").PersistKeysToFileSystem(new DirectoryInfo(state.KeysPath));
        services.AddHttpContextAccessor();
        services.AddIdentityCore<AccountRow>(options =>
        {
            options.Lockout.MaxFailedAccessAttempts = FailuresBeforeLock;
            options.Lockout.DefaultLockoutTimeSpan = LockTime;
            options.Password.RequiredLength = PasswordText.MinLength;
            options.Password.RequireDigit = false;
            options.Password.RequireLowercase = false;
            options.Password.RequireUppercase = false;
            options.Password.RequireNonAlphanumeric = false;
            options.User.AllowedUserNameCharacters = null!;   // The name was checked when the account was made; null means no second rule here.
        }).AddSignInManager<AccountSignIn>().AddClaimsPrincipalFactory<AccountClaims>();
        services.AddScoped<IUserStore<AccountRow>, AccountStore>();
        services.Configure<PasswordHasherOptions>(options => options.IterationCount = PasswordText.Iterations);
        services.Configure<SecurityStampValidatorOptions>(options => options.ValidationInterval = StampCheck);
        services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies(cookies => cookies.ApplicationCookie!.Configure(options =>
        {
            options.Cookie.Name = "amavis-session";
            options.Cookie.HttpOnly = true;
            // Lax, so that a link in a mail or a chat opens signed in; every change is a POST with a token of its own.
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.ExpireTimeSpan = SessionTime;
            options.SlidingExpiration = true;
            options.LoginPath = Links.SignIn;
            options.AccessDeniedPath = Links.Today;
            options.ReturnUrlParameter = "returnUrl";
        }));
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddCascadingAuthenticationState();
    }
}
