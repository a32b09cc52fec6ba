using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;

namespace Amavis.Core.Tests;

public sealed class SenderListTests
{
    private static readonly Settings None = new();

    private static AddressKeys Keys(string address) => AddressKeys.For(MailAddress.FromUnquoted(address), AddressRules.Default);

    private static JudgedSender Sender(string address, params string[] wb) => new(Keys(address), [.. wb.Select((v, i) => new SenderListEntry(v, $"row {i + 1}"))]);

    /// <summary>w, b and the points.</summary>
    private static string Judge(Settings settings, AddressKeys recipient, params JudgedSender[] senders)
    {
        var result = SenderLists.Judge(settings, recipient, senders);
        return FormattableString.Invariant($"{(result.Whitelisted ? "w" : "")}{(result.Blacklisted ? "b" : "")}{(result.Points == 0 ? "" : result.Points)}");
    }

    private static string JudgeSql(params string[] wb) => Judge(None, Keys("u@example.com"), Sender("a@far.example", wb));

    [Theory]
    [InlineData("W", "B", "w")]
    [InlineData("-2.5", "B", "b-2.5")]
    [InlineData(" ", "B", "")]
    [InlineData("", "B", "")]
    [InlineData("\0\0", "B", "")]
    [InlineData("5", "-3.25", "1.75")]
    [InlineData("+1", "2", "3")]
    [InlineData("N  ", "W", "b")]
    [InlineData("f", "W", "b")]
    [InlineData("y", "B", "w")]
    [InlineData("T", "B", "w")]
    [InlineData("0", "B", "b")]
    [InlineData(".5", "B", "w")]
    [InlineData("nonsense", "B", "w")]
    public void The_rows_of_the_sql_lists_are_walked_until_one_is_hard_or_neutral(string first, string second, string expected) =>
        JudgeSql(first, second).ShouldBe(expected);

    [Fact]
    public void An_unknown_value_is_explained_as_such() =>
        SenderLists.Judge(None, Keys("u@example.com"), [Sender("a@far.example", "maybe")]).Sources.Single().Source
            .ShouldBe("sender <a@far.example>: row 1, not a known value, taken for W");

    private static readonly Settings Lists = None with
    {
        WhitelistSenderMaps = new LookupMaps([new AclTable(["!bad.partner.example", ".partner.example"])]),
        BlacklistSenderMaps = new LookupMaps([new AclTable([".spam.example", "sales@x.partner.example"])]),
        PerRecipBlacklistSenderLookupTables = new LookupMaps([new HashTable([new("u@example.com", new LookupValue([new AclTable(["!ok.spam.example", "pest.example"])]))])]),
        PerRecipWhitelistSenderLookupTables = new LookupMaps([new HashTable([new("example.com", new LookupValue([new HashTable([new("friend@far.example", LookupValue.True)])]))])]),
        ScoreSenderMaps = new LookupMaps([new HashTable(
        [
            new("u@example.com", new LookupValue([new HashTable([new("far.example", new LookupValue(-3.25))])])),
            new(".", new LookupValue([new HashTable([new("pest@far.example", new LookupValue(7))]), new HashTable([new(".example", new LookupValue(5))])])),
        ])]),
    };

    [Theory]
    [InlineData("a@mail.spam.example", "b5")]
    [InlineData("a@ok.spam.example", "5")]
    [InlineData("a@pest.example", "b5")]
    [InlineData("a@partner.example", "w5")]
    [InlineData("a@bad.partner.example", "5")]
    [InlineData("sales@x.partner.example", "wb5")]
    [InlineData("friend@far.example", "w1.75")]
    [InlineData("pest@far.example", "3.75")]
    [InlineData("a@elsewhere.test", "")]
    public void The_tables_of_the_configuration_follow_own_before_everybodys(string sender, string expected) =>
        Judge(Lists, Keys("u@example.com"), Sender(sender)).ShouldBe(expected);

    [Fact]
    public void A_hard_or_neutral_row_ends_the_search_and_points_of_sql_stand_for_the_configured_ones()
    {
        Judge(Lists, Keys("u@example.com"), Sender("a@mail.spam.example", "W")).ShouldBe("w5");
        Judge(Lists, Keys("u@example.com"), Sender("a@mail.spam.example", " ")).ShouldBe("5");
        Judge(Lists, Keys("u@example.com"), Sender("a@mail.spam.example", "1.5")).ShouldBe("b1.5");
    }

    [Fact]
    public void All_senders_are_judged_alike_and_the_results_joined() =>
        Judge(Lists, Keys("u@example.com"), Sender("env@far.example", "W"), Sender("author@mail.spam.example")).ShouldBe("wb6.75");

    [Fact]
    public void Ldap_lists_are_compared_without_letter_case_and_may_say_both()
    {
        var entry = new AddressRecord(AddressDatabase.Ldap, new RecordFields([]), [])
        {
            Source = "uid=u",
            Blacklist = new HashSet<string> { "@.far.example", "<>" },
            Whitelist = new HashSet<string> { "ann@far.example", "bob" },
        };
        var recipient = Keys("u@example.com").With(new AddressRecords([], [entry]));
        Judge(Lists, recipient, Sender("Ann@Far.Example")).ShouldBe("wb1.75");
        Judge(None, recipient, Sender("carl@sub.far.example")).ShouldBe("b");
        Judge(None, recipient, Sender("bob@elsewhere.test")).ShouldBe("");
        Judge(None, recipient, Sender("")).ShouldBe("b");
        Judge(None, recipient, Sender("a@far.example", "W")).ShouldBe("w");
    }
}
