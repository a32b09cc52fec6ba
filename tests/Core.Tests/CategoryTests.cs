using Amavis.Core.Categories;

namespace Amavis.Core.Tests;

public sealed class CategoryTests
{
    [Fact]
    public void A_minor_brings_its_major_and_the_most_severe_comes_first()
    {
        var set = CategorySet.Clean.With(new CategoryKey(ContentCategory.BadHeader, 2)).With(ContentCategory.Spam);
        set.Keys.Select(k => k.ToString()).ShouldBe(["6", "4,2", "4", "1"]);
        set.Main.ShouldBe(new CategoryKey(ContentCategory.Spam));
    }

    [Fact]
    public void A_blocked_message_is_looked_up_by_its_blocking_key_alone()
    {
        var table = new ByCategory<string?>(new Dictionary<CategoryKey, string?> { [ContentCategory.BadHeader] = "four", [ContentCategory.CatchAll] = "all" });
        var set = CategorySet.Clean.With(new CategoryKey(ContentCategory.BadHeader, 2));
        table.Find(set, null).ShouldBe("four");
        table.Find(set, new CategoryKey(ContentCategory.BadHeader, 2)).ShouldBe("all");
        table.Find(set, ContentCategory.BadHeader).ShouldBe("four");
    }

    [Fact]
    public void An_entry_that_is_null_ends_the_search()
    {
        var table = new ByCategory<string?>(new Dictionary<CategoryKey, string?> { [ContentCategory.Spam] = null, [ContentCategory.Clean] = "clean" });
        table.TryFindMain(CategorySet.Clean.With(ContentCategory.Spam), out var value, out var matched).ShouldBeTrue();
        (value, matched.Major).ShouldBe((null, ContentCategory.Spam));
    }

    [Theory]
    [InlineData("virus", "9")]
    [InlineData("bad-header,2", "4,2")]
    [InlineData("unchecked-encrypted", "7,1")]
    [InlineData("spammy, 1", "5,1")]
    [InlineData("catchall", "0")]
    [InlineData("4,7", "4,7")]
    public void Keys_of_maps_are_read_by_name_and_number(string text, string expected)
    {
        CategoryKey.TryParse(text, out var key).ShouldBeTrue();
        key.ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("viruses")]
    [InlineData("12")]
    [InlineData("4,x")]
    public void Other_words_are_no_keys(string text) => CategoryKey.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Numbers_that_leave_the_process_never_change()
    {
        Enum.GetValues<ContentCategory>().Select(c => (int)c).ShouldBe([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        ((int)Destiny.TempFail, (int)Destiny.Reject, (int)Destiny.Bounce, (int)Destiny.Discard, (int)Destiny.Pass).ShouldBe((-4, -3, -2, 0, 1));
    }
}
