using Amavis.Core.Policy;
using Amavis.Data.Console;
using Amavis.Data.Model;
using Amavis.Web.Navigation;
using Amavis.Web.SigningIn;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;

namespace Amavis.Web.Components.Pages;

/// <summary>Sign-in. The answer is the same for a wrong name and a wrong password, and takes the same time.</summary>
public partial class Login
{
    private const string Wrong = "Name or password is not right.";

    // Verified when there is no such account, so that the time of the answer does not tell.
    private static readonly string DecoyHash = PasswordText.Hash(PasswordText.Random());

    [Inject]
    private Settings Settings { get; set; } = default!;

    [Inject]
    private SignInManager<AccountRow> SignIn { get; set; } = default!;

    [Inject]
    private UserManager<AccountRow> Users { get; set; } = default!;

    [Inject]
    private AuditLog Audit { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private ILogger<Login> Logger { get; set; } = default!;

    [SupplyParameterFromForm]
    private SignInForm? Form { get; set; }

    [SupplyParameterFromQuery(Name = "returnUrl")]
    private string? ReturnUrl { get; set; }

    private string? Fault { get; set; }

    protected override void OnInitialized()
    {
        if (HttpMethods.IsGet(Http.Request.Method) && Http.User.Identity?.IsAuthenticated == true)
            Navigation.NavigateTo(Links.Local(ReturnUrl));
    }

    private async Task SignInAsync()
    {
        var name = Form?.Name?.Trim() ?? "";
        var password = Form?.Password ?? "";
        if (name.Length is 0 or > Accounts.MaxName || password.Length is 0 or > PasswordText.MaxLength)
        {
            Refuse(name, "no name or password", Wrong);
            return;
        }
        if (await Users.FindByNameAsync(name) is not { } account)
        {
            Users.PasswordHasher.VerifyHashedPassword(new AccountRow(), DecoyHash, password);
            Refuse(name, "no such account", Wrong);
            return;
        }
        var result = await SignIn.PasswordSignInAsync(account, password, isPersistent: false, lockoutOnFailure: true);
        if (!result.Succeeded)
        {
            await Audit.AppendAsync(new AuditEntry(account.UserName, Http.ClientAddress(), "sign-in-refused", account.UserName, result.ToString()), CancellationToken.None);
            Refuse(account.UserName, result.ToString(), result.IsLockedOut ? "Too many attempts: this account is locked for some minutes." : Wrong);
            return;
        }
        await NoteSignInAsync(account);
        Navigation.NavigateTo(Links.Local(ReturnUrl));
    }

    private async Task NoteSignInAsync(AccountRow account)
    {
        account.LastSignInAt = Times.Now;
        await Users.UpdateAsync(account);
        await Audit.AppendAsync(new AuditEntry(account.UserName, Http.ClientAddress(), "sign-in", account.UserName, ""), CancellationToken.None);
        AccountLog.SignedIn(Logger, account.UserName, Http.ClientAddress());
    }

    private void Refuse(string name, string reason, string fault)
    {
        var plain = string.Concat(name.Take(Accounts.MaxName).Where(c => !char.IsControl(c)));
        AccountLog.Refused(Logger, plain, Http.ClientAddress(), reason);
        Fault = fault;
    }

    public sealed class SignInForm
    {
        public string? Name { get; set; }
        public string? Password { get; set; }
    }
}
