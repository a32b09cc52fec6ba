using Amavis.Data.Console;
using Amavis.Data.Model;
using Amavis.Web.Navigation;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace Amavis.Web.SigningIn;

internal static class SigningOut
{
    public static void MapSigningOut(this IEndpointRouteBuilder routes) => routes.MapPost(Links.SignOut, SignOutAsync);

    // The form parameter makes the framework check the antiforgery token before this runs.
    private static async Task<IResult> SignOutAsync(
        HttpContext http, SignInManager<AccountRow> signIn, AuditLog audit, [FromForm] string? unused, CancellationToken cancellationToken)
    {
        _ = unused;
        var name = http.User.ToViewer().Name;
        await signIn.SignOutAsync();
        await audit.AppendAsync(new AuditEntry(name, http.ClientAddress(), "sign-out", name, ""), cancellationToken);
        return Results.LocalRedirect(Links.SignIn);
    }

    /// <summary>The client as the audit notes it; empty when the server does not say.</summary>
    public static string ClientAddress(this HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress;
        return address is null ? "" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }
}
