using System.Text.RegularExpressions;
using Amavis.Web.Content;
using AngleSharp.Html.Parser;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Web.Tests;

public sealed partial class SafeHtmlTests
{
    private static readonly string[] Pieces =
    [
        "<", ">", "</", "/>", "<!--", "-->", "<!", "script", "style", "svg", "<script", "</script", "<img src=x onerror=alert(1)", "alt=\"<b>\"", "\"", "'", "=", " ", "&lt;script&gt;",
        "&#60;", "text", "<p>", "<a href=javascript:x>", "<iframe srcdoc=", "<math><mtext>", "<template>", "<b onclick=x>", "\0", "\u00e9", "<?xml", "]]>", "<textarea>", "<svg/onload=x>",
    ];

    [Theory]
    [InlineData("<p onclick=x style='y'>Hi <b>there</b></p>", "<p>Hi <b>there</b></p>")]
    [InlineData("a<script>alert(1)</script>b", "ab")]
    [InlineData("a<SCRIPT >alert('</b>')</ScRiPt >b", "ab")]
    [InlineData("a<style>p{}</style>b<!-- c -->d", "abd")]
    [InlineData("<a href='http://x/'>link</a>", "link")]
    [InlineData("<img alt='A &amp; B' src=x>", "[picture: A &amp; B]")]
    [InlineData("1 < 2 &amp;&lt;b&gt;", "1 &lt; 2 &amp;&lt;b&gt;")]
    [InlineData("<b title='a>b'>x</b>", "<b>x</b>")]
    [InlineData("a<script>never closed", "a")]
    [InlineData("<svg><script>x</script></svg>b", "b")]
    [InlineData("tail <", "tail &lt;")]
    [InlineData("", "")]
    public void Only_listed_tags_without_attributes_come_out(string html, string expected) => Body(SafeHtml.Rewrite(html)).ShouldBe(expected);

    [Fact]
    public void Whatever_goes_in_what_comes_out_holds_only_listed_tags()
    {
        var pieces = Gen.Elements(Pieces).ListOf().Select(string.Concat);
        Prop.ForAll(pieces.ToArbitrary(), html =>
        {
            var body = Body(SafeHtml.Rewrite(html));
            TagPattern().Replace(body, "").ShouldNotContain('<');
            var parsed = new HtmlParser().ParseDocument(SafeHtml.Rewrite(html));
            parsed.Body!.QuerySelectorAll("*").SelectMany(e => e.Attributes).ShouldBeEmpty();
            parsed.QuerySelectorAll("script, iframe, img, object, embed, link, base, form, svg, math, a").ShouldBeEmpty();
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("<p>One</p><p>Two &amp; three</p>", "One\n\nTwo & three")]
    [InlineData("a<br>b", "a\nb")]
    [InlineData("<tr><td>Prize</td><td>Phone</td></tr>", "Prize Phone")]
    [InlineData("  many \n  blanks ", "many blanks")]
    [InlineData("<style>x</style>seen<script>not</script>", "seen")]
    public void Text_has_line_breaks_where_blocks_are(string html, string expected) => SafeHtml.ToText(html).ShouldBe(expected);

    [Theory]
    [InlineData("<a")]
    [InlineData("<a \"")]
    [InlineData("<!--")]
    [InlineData("<b>")]
    [InlineData("<script>")]
    public void A_megabyte_of_the_worst_takes_time_in_proportion(string piece)
    {
        var html = string.Concat(Enumerable.Repeat(piece, (1 << 20) / piece.Length));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        SafeHtml.Rewrite(html).ShouldNotBeEmpty();
        // Some milliseconds here; quadratic work would take minutes.
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    private static string Body(string document)
    {
        var start = document.IndexOf("<body>", StringComparison.Ordinal) + 6;
        return document[start..document.IndexOf("</body>", start, StringComparison.Ordinal)];
    }

    [GeneratedRegex("</?(p|div|span|br|hr|b|strong|i|em|u|s|small|sub|sup|code|pre|blockquote|center|h[1-6]|ul|ol|li|dl|dt|dd|table|thead|tbody|tfoot|tr|td|th|caption)>")]
    private static partial Regex TagPattern();
}
