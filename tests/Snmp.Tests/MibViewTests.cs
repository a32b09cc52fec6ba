using Amavis.Snmp.Mib;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Snmp.Tests;

public sealed class MibViewTests
{
    private static MibView View(params string[] ids) =>
        new([new MibGroup(Oid.Of(1), [.. ids.Select((id, i) => new MibObject(Oid.Parse(id), "o" + i, "Integer32", "", () => SnmpValue.Integer(i)))])]);

    private static string Next(MibView view, string start, bool include = false, string end = "") =>
        view.GetNext(new SearchRange(Oid.Parse(start), include, Oid.Parse(end))).ToString();

    [Theory]
    [InlineData("1.2.1.0", "Integer 0")]
    [InlineData("1.2.1", "NoSuchInstance")]
    [InlineData("1.2.1.1", "NoSuchInstance")]
    [InlineData("1.2.1.0.0", "NoSuchInstance")]
    [InlineData("1.2.1.4294967295.1", "NoSuchInstance")]
    [InlineData("1.2", "NoSuchObject")]
    [InlineData("1.2.2", "NoSuchObject")]
    [InlineData("1.2.2.0", "NoSuchObject")]
    [InlineData("1.4", "NoSuchObject")]
    [InlineData("1.4.0", "NoSuchObject")]
    [InlineData("", "NoSuchObject")]
    [InlineData("1.2.10.0", "Integer 1")]
    public void A_variable_is_there_or_says_what_is_missing(string name, string value) =>
        View("1.2.1", "1.2.10").Get(Oid.Parse(name)).ToString().ShouldBe(value);

    [Fact]
    public void A_search_finds_the_next_variable_within_its_bounds()
    {
        var view = View("1.2.10", "1.2.1", "1.3");
        Next(view, "").ShouldBe("1.2.1.0 = Integer 1");
        Next(view, "1.2.1").ShouldBe("1.2.1.0 = Integer 1");
        Next(view, "1.2.1.0").ShouldBe("1.2.10.0 = Integer 0");
        Next(view, "1.2.1.0", include: true).ShouldBe("1.2.1.0 = Integer 1");
        Next(view, "1.2.1.0", end: "1.2.10").ShouldBe("1.2.1.0 = EndOfMibView");
        Next(view, "1.2.1.0", end: "1.2.10.0").ShouldBe("1.2.1.0 = EndOfMibView");
        Next(view, "1.2.1.0", end: "1.2.10.0.0").ShouldBe("1.2.10.0 = Integer 0");
        Next(view, "1.2.1.0", include: true, end: "1.2.1.0").ShouldBe("1.2.1.0 = EndOfMibView");
        Next(view, "1.3.0").ShouldBe("1.3.0 = EndOfMibView");
        Next(View(), "1.3").ShouldBe("1.3 = EndOfMibView");
    }

    [Fact]
    public void A_search_gives_what_looking_at_every_object_would()
    {
        var oid = Gen.Choose(0, 3).Select(i => (uint)i).ListOf().Select(l => Oid.Of([.. l.Take(8)]));
        Prop.ForAll(oid.ListOf().ToArbitrary(), oid.Two().ToArbitrary(), Gen.Elements(true, false).ToArbitrary(), (ids, bounds, include) =>
        {
            var (start, end) = bounds;
            // No object lies below another one.
            var apart = ids.Distinct().Where(id => !ids.Any(other => other != id && other.IsPrefixOf(id)));
            var objects = apart.Select((id, i) => new MibObject(id, "o", "Integer32", "", () => SnmpValue.Integer(i))).ToList();
            var view = new MibView([new MibGroup(Oid.Null, objects)]);
            var expected = objects.Select(o => o.Instance).Order()
                .FirstOrDefault(i => (i > start || (include && i == start)) && (end.Length == 0 || i < end));
            var found = view.GetNext(new SearchRange(start, include, end));
            found.Name.ShouldBe(expected ?? start);
            found.Value.Type.ShouldBe(expected is null ? SnmpType.EndOfMibView : SnmpType.Integer);
            var isOfObject = objects.Any(o => o.Id.IsPrefixOf(start));
            view.Get(start).Type.ShouldBe(objects.Any(o => o.Instance == start) ? SnmpType.Integer : isOfObject ? SnmpType.NoSuchInstance : SnmpType.NoSuchObject);
        }).QuickCheckThrowOnFailure();
    }
}
