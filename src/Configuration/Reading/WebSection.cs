using System.Text.Json.Nodes;
using Amavis.Configuration.Yaml;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>Reads the <c>web</c> section, the settings of the console.</summary>
internal static class WebSection
{
    public static bool Read(Node node, BindContext context, out Func<WebSettings, WebSettings> value)
    {
        value = web => web;
        if (node is ScalarNode { IsNull: true })
            return true;
        var section = new SectionReader(node, context, "listen", "base_url", "release_socket", "state_dir");
        var listen = section.Get<string?>("listen", Address, null);
        var baseUrl = section.Get<string?>("base_url", Address, null);
        var releaseSocket = section.Get<string?>("release_socket", Socket, null);
        var stateDir = section.Get<string?>("state_dir", Scalars.Line, null);
        value = web => web with
        {
            Listen = listen ?? web.Listen,
            BaseUrl = section.Has("base_url") ? baseUrl : web.BaseUrl,
            ReleaseSocket = section.Has("release_socket") ? releaseSocket : web.ReleaseSocket,
            StateDir = section.Has("state_dir") ? stateDir : web.StateDir,
        };
        return section.IsGood;
    }

    public static JsonNode Json(WebSettings web) => new JsonObject
    {
        ["listen"] = web.Listen,
        ["base_url"] = web.BaseUrl,
        ["release_socket"] = web.ReleaseSocket,
        ["state_dir"] = web.StateDir,
    };

    private static bool Address(Node node, BindContext context, out string? value) =>
        Scalars.Line(node, context, out value)
        && (value is null || Sockets.IsHttpAddress(value.Replace("://*", "://localhost", StringComparison.Ordinal).Replace("://+", "://localhost", StringComparison.Ordinal))
            || context.Expects(node, "an address such as http://127.0.0.1:8080"));

    private static bool Socket(Node node, BindContext context, out string? value) =>
        Scalars.Line(node, context, out value)
        && (value is null || value.StartsWith('/') || value.StartsWith("unix:/", StringComparison.Ordinal) || Sockets.HostAndPort(node, context, out _));
}
