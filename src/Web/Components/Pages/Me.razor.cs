using Amavis.Data.Console;
using Amavis.Data.Model;
using Amavis.Web.Hosting;
using Amavis.Web.Navigation;
using Amavis.Web.SigningIn;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;

namespace Amavis.Web.Components.Pages;

/// <summary>The signed-in person's own account.</summary>
public partial class Me
{
    private static readonly (string Value, string Label)[] Themes = [("", "As the browser"), ("light", "Light"), ("dark", "Dark")];

    [Inject]
    private SignInManager<AccountRow> SignIn { get; set; } = default!;

    [Inject]
    private UserManager<AccountRow> Users { get; set; } = default!;

    [Inject]
    private AuditLog Audit { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "password")]
    private PasswordForm? Password { get; set; }

    [SupplyParameterFromForm(FormName = "theme")]
    private LookForm? Look { get; set; }

    private string Theme => ThemeChoice.Of(Http.Request) ?? "";

    private string? Done { get; set; }

    private string? Fault { get; set; }

    private void ChooseTheme()
    {
        ThemeChoice.Set(Http.Response, Look?.Theme);
        Navigation.NavigateTo(Links.Me);
    }

    private async Task ChangePasswordAsync()
    {
        var chosen = Password?.Chosen ?? "";
        if (chosen.Length is < PasswordText.MinLength or > PasswordText.MaxLength)
            Fault = $"The new password must have {PasswordText.MinLength} to {PasswordText.MaxLength} characters.";
        else if (chosen != Password?.Repeated)
            Fault = "The new password was not repeated alike.";
        else if (await Users.GetUserAsync(Http.User) is not { } account)
            Fault = "This account is no longer there.";
        else
            await ChangePasswordAsync(account, Password.Current ?? "", chosen);
    }

    private async Task ChangePasswordAsync(AccountRow account, string current, string chosen)
    {
        // The sign-in check counts wrong guesses here as well: an open session is no way around the lock.
        var check = await SignIn.CheckPasswordSignInAsync(account, current, lockoutOnFailure: true);
        if (!check.Succeeded)
        {
            Fault = check.IsLockedOut ? "Too many attempts: this account is locked for some minutes." : "The present password is not right.";
            return;
        }
        var result = await Users.ChangePasswordAsync(account, current, chosen);
        if (!result.Succeeded)
        {
            Fault = string.Join(' ', result.Errors.Select(e => e.Description));
            return;
        }
        // The other sessions end with the new stamp; this one goes on.
        await SignIn.RefreshSignInAsync(account);
        await Audit.AppendAsync(new AuditEntry(account.UserName, Http.ClientAddress(), "password-changed", account.UserName, ""), CancellationToken.None);
        Done = "The password has been changed; other sessions are signed out.";
    }

    public sealed class PasswordForm
    {
        public string? Current { get; set; }
        public string? Chosen { get; set; }
        public string? Repeated { get; set; }
    }

    public sealed class LookForm
    {
        public string? Theme { get; set; }
    }
}
