using System.Net;
using System.Threading.RateLimiting;
using Amavis.Web.Navigation;
using Microsoft.AspNetCore.RateLimiting;

namespace Amavis.Web.SigningIn;

/// <summary>Bounds sign-in attempts of one client, over all accounts; the lock of an account bounds those from many clients.</summary>
internal static class SignInLimiter
{
    private const int AttemptsPerWindow = 20;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    public static void AddSignInLimiter(this IServiceCollection services) => services.AddRateLimiter(options =>
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = static async (rejected, cancellationToken) =>
        {
            rejected.HttpContext.Response.Headers.RetryAfter = "60";
            await rejected.HttpContext.Response.WriteAsync("Too many attempts to sign in. Wait a minute.\n", cancellationToken);
        };
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(static context =>
            HttpMethods.IsPost(context.Request.Method) && context.Request.Path.Equals(Links.SignIn, StringComparison.OrdinalIgnoreCase)
                ? RateLimitPartition.GetFixedWindowLimiter(Client(context.Connection.RemoteIpAddress), static _ => new FixedWindowRateLimiterOptions
                {
                    PermitLimit = AttemptsPerWindow,
                    Window = Window,
                })
                : RateLimitPartition.GetNoLimiter(""));
    });

    // An IPv6 client has its whole network of 64 bits to choose addresses from.
    private static string Client(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6 || address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
            return address.MapToIPv4().ToString();
        return Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8));
    }
}
