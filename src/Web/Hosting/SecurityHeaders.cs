namespace Amavis.Web.Hosting;

/// <summary>
/// Headers on every answer: no script and no style but our own files, no framing by others, nothing sniffed, nothing cached
/// that a signed-in person saw.
/// </summary>
internal static class SecurityHeaders
{
    /// <summary>For the console's pages.</summary>
    public const string PagePolicy =
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>
    /// For a message's own HTML: an origin of its own without script, forms or pop-ups, and nothing loaded from anywhere. Each of this
    /// policy, the frame's sandbox and the rewriting of the HTML is enough alone.
    /// </summary>
    public const string MessageBodyPolicy =
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

    /// <summary>For what is saved to disk and never shown.</summary>
    public const string DownloadPolicy = "sandbox; default-src 'none'; frame-ancestors 'none'";

    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        context.Response.OnStarting(static state =>
        {
            Apply((HttpContext)state);
            return Task.CompletedTask;
        }, context);
        return next(context);
    });

    private static void Apply(HttpContext context)
    {
        var headers = context.Response.Headers;
        // Endpoints that show or save mail content have set a stricter policy of their own.
        if (!headers.ContainsKey("Content-Security-Policy"))
            headers.ContentSecurityPolicy = PagePolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        if (!headers.ContainsKey("Cache-Control") && context.Response.ContentType?.StartsWith("text/html", StringComparison.Ordinal) == true)
            headers.CacheControl = "no-store";
    }
}
