using Amavis.Data.Console;
using Amavis.Web.Hosting;
using Amavis.Web.SigningIn;
using Microsoft.Net.Http.Headers;

namespace Amavis.Web.Content;

/// <summary>
/// Content of kept messages outside the pages: the HTML for the sandboxed frame, and downloads. Nothing of it is ever sent with a type that a
/// browser would show or run in the console's origin.
/// </summary>
internal static class ContentEndpoints
{
    private const int MaxFileName = 120;

    public static void MapMessageContent(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/messages/{key}/body", BodyAsync);
        routes.MapGet("/messages/{key}/raw", RawAsync);
        routes.MapGet("/messages/{key}/parts/{part:int}", PartAsync);
    }

    private static async Task<IResult> BodyAsync(string key, HttpContext http, KeptText kept, CancellationToken cancellationToken)
    {
        if ((await ReadAsync(key, http, kept, cancellationToken))?.Html() is not { } html)
            return Results.NotFound();
        http.Response.Headers.ContentSecurityPolicy = SecurityHeaders.MessageBodyPolicy;
        http.Response.Headers.CacheControl = "no-store";
        return Results.Text(html, "text/html; charset=utf-8");
    }

    private static async Task<IResult> RawAsync(string key, HttpContext http, KeptText kept, AuditLog audit, CancellationToken cancellationToken)
    {
        if (await ReadAsync(key, http, kept, cancellationToken) is not { } content)
            return Results.NotFound();
        return await DownloadAsync(http, audit, key, "message", content.Octets, $"{key}.eml", cancellationToken);
    }

    private static async Task<IResult> PartAsync(string key, int part, HttpContext http, KeptText kept, AuditLog audit, CancellationToken cancellationToken)
    {
        if (await ReadAsync(key, http, kept, cancellationToken) is not { } content || content.Part(part) is not { } octets)
            return Results.NotFound();
        var name = content.Parts.First(p => p.Index == part).Name;
        return await DownloadAsync(http, audit, key, $"part {part}", octets, FileName(name) ?? $"{key}-part-{part}.bin", cancellationToken);
    }

    private static async Task<MessageContent?> ReadAsync(string key, HttpContext http, KeptText kept, CancellationToken cancellationToken) =>
        MessageKey.TryParse(key, out var parsed)
        && await kept.ReadAsync(http.User.ToViewer(), parsed, cancellationToken) is KeptTextResult.Found found
            ? new MessageContent(found.Octets)
            : null;

    private static async Task<IResult> DownloadAsync(
        HttpContext http, AuditLog audit, string key, string what, ReadOnlyMemory<byte> octets, string name, CancellationToken cancellationToken)
    {
        await audit.AppendAsync(new AuditEntry(http.User.ToViewer().Name, http.ClientAddress(), "download", key, what), cancellationToken);
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(name);
        http.Response.Headers.ContentDisposition = disposition.ToString();
        http.Response.Headers.ContentSecurityPolicy = SecurityHeaders.DownloadPolicy;
        http.Response.Headers.CacheControl = "no-store";
        return Results.Bytes(octets, "application/octet-stream");
    }

    /// <summary>The last piece of a name, without what file systems or people could be fooled with; null when nothing is left.</summary>
    internal static string? FileName(string? name)
    {
        if (name is null)
            return null;
        var last = name[(name.LastIndexOfAny(['/', '\\', ':']) + 1)..];
        var plain = string.Concat(last.EnumerateRunes()
            .Where(r => System.Text.Rune.GetUnicodeCategory(r) is not (
                System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.OtherNotAssigned
                or System.Globalization.UnicodeCategory.PrivateUse or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator))
            .Select(r => r.ToString())).Trim(' ', '.');
        return plain.Length == 0 ? null : plain.Length > MaxFileName ? plain[^MaxFileName..] : plain;
    }
}
