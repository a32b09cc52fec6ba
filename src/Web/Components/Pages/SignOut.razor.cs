using Amavis.Data.Console;
using Amavis.Data.Model;
using Amavis.Web.Navigation;
using Amavis.Web.SigningIn;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;

namespace Amavis.Web.Components.Pages;

/// <summary>Ends the session. Following a link only asks.</summary>
public partial class SignOut
{
    [Inject]
    private SignInManager<AccountRow> SignIn { get; set; } = default!;

    [Inject]
    private AuditLog Audit { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    private async Task SignOutAsync()
    {
        var name = Viewer.Name;
        await SignIn.SignOutAsync();
        await Audit.AppendAsync(new AuditEntry(name, Http.ClientAddress(), "sign-out", name, ""), CancellationToken.None);
        Navigation.NavigateTo(Links.SignIn);
    }
}
