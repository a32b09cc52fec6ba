namespace Amavis.Web.Hosting;

/// <summary>Light or dark, kept in a cookie on this browser; absent: as the browser says.</summary>
internal static class ThemeChoice
{
    public const string Cookie = "amavis-theme";

    /// <summary><c>light</c>, <c>dark</c> or null.</summary>
    public static string? Of(HttpRequest request) => request.Cookies[Cookie] is ("light" or "dark") and var chosen ? chosen : null;

    public static void Set(HttpResponse response, string? choice)
    {
        if (choice is "light" or "dark")
            response.Cookies.Append(Cookie, choice, Options(response, TimeSpan.FromDays(400)));
        else
            response.Cookies.Delete(Cookie, Options(response, null));
    }

    private static CookieOptions Options(HttpResponse response, TimeSpan? age) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = response.HttpContext.Request.IsHttps,
        MaxAge = age,
        IsEssential = true,
    };
}
