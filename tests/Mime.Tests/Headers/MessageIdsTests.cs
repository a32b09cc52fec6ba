using Amavis.Mime.Headers;

namespace Amavis.Mime.Tests.Headers;

public sealed class MessageIdsTests
{
    [Theory]
    [InlineData("<a@b> (c <x@y>) <d@e> <a@b> junk", "<a@b> <d@e>")]
    [InlineData("garbage here", "<garbage here>")]
    [InlineData("<a@b>", "<a@b>")]
    [InlineData("<a@b><c@d>", "<a@b> <c@d>")]
    [InlineData("Your message of \"Mon <1@x>\" <a@b>", "<a@b>")]
    [InlineData("<a b@c>", "<ab@c>")]
    [InlineData("<>", "")]
    [InlineData("", "")]
    [InlineData("(not closed <a@b>", "<a@b>")]
    [InlineData("<not closed", "<not closed>")]
    public void Ids_are_found(string body, string expected)
    {
        string.Join(' ', MessageIds.Parse(body)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("<")]
    [InlineData("\"")]
    [InlineData("(a\\")]
    public void A_megabyte_of_one_thing_costs_little(string unit)
    {
        var body = string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length));
        CpuTime.Of(() => MessageIds.Parse(body)).ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }
}
