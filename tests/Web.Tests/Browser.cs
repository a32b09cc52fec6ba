using System.Net;
using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Amavis.Web.Tests;

/// <summary>An answer with its page taken apart.</summary>
internal sealed record Page(int Status, HttpResponseMessage Response, string Text, IHtmlDocument Document)
{
    public string? Location => Response.Headers.Location?.OriginalString;

    public IElement Find(string selector) => Document.QuerySelector(selector) ?? throw new InvalidOperationException($"no {selector} in:\n{Text}");

    public string Header(string name) => Response.Headers.TryGetValues(name, out var values) || Response.Content.Headers.TryGetValues(name, out values)
        ? string.Join(", ", values)
        : "";
}

/// <summary>As much of a browser as the tests need: cookies and forms; redirects are looked at, not followed.</summary>
internal sealed class Browser : IDisposable
{
    private readonly HttpClient _client;
    private readonly CookieContainer _cookies = new();
    private static readonly Uri Base = new("http://localhost");

    public Browser(HttpMessageHandler handler) => _client = new HttpClient(handler) { BaseAddress = Base };

    public Task<Page> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    public Task<Page> PostAsync(string path, IEnumerable<KeyValuePair<string, string>> fields) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields) });

    /// <summary>Sends a form as it stands on the page, with some fields filled in.</summary>
    /// <param name="fields">Values by name; they replace those of the page.</param>
    /// <param name="choose">Which boxes are ticked; null: as they stand.</param>
    public Task<Page> SubmitAsync(Page page, string selector, Dictionary<string, string> fields, Func<string, bool>? choose = null)
    {
        var form = (IHtmlFormElement)page.Find(selector);
        var sent = new List<KeyValuePair<string, string>>();
        foreach (var input in form.QuerySelectorAll("input").OfType<IHtmlInputElement>())
        {
            if (input.Name is not { Length: > 0 } name || fields.ContainsKey(name))
                continue;
            var box = input.Type is "checkbox" or "radio";
            if (!box || (choose is not null && input.Type == "checkbox" ? choose(input.Value) : input.IsChecked))
                sent.Add(new(name, input.Value));
        }
        sent.AddRange(fields);
        var action = form.GetAttribute("action") ?? page.Response.RequestMessage!.RequestUri!.PathAndQuery;
        return PostAsync(action, sent);
    }

    public void Dispose() => _client.Dispose();

    private async Task<Page> SendAsync(HttpRequestMessage request)
    {
        request.RequestUri = new Uri(Base, request.RequestUri!);
        if (_cookies.GetCookieHeader(Base) is { Length: > 0 } cookies)
            request.Headers.Add("Cookie", cookies);
        var response = await _client.SendAsync(request);
        if (response.Headers.TryGetValues("Set-Cookie", out var set))
            foreach (var cookie in set)
                _cookies.SetCookies(Base, cookie);
        var text = await response.Content.ReadAsStringAsync();
        return new Page((int)response.StatusCode, response, text, new HtmlParser().ParseDocument(text));
    }
}
