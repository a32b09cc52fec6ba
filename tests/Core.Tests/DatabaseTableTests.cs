using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;

namespace Amavis.Core.Tests;

public sealed class DatabaseTableTests
{
    private static readonly AddressKeys Plain = AddressKeys.For(MailAddress.FromUnquoted("u@example.com"), AddressRules.Default);

    private static AddressKeys Keys(AddressDatabase database, params (string Field, string? Value)[][] rows)
    {
        var records = rows.Select((row, i) => new AddressRecord(database, new RecordFields([.. row.Select(f => f.Field)]), [.. row.Select(f => f.Value)]) { Source = $"row {i + 1}" }).ToList();
        return Plain.With(database == AddressDatabase.Sql ? new AddressRecords(records, []) : new AddressRecords([], records));
    }

    private static DatabaseTable Table(FieldKind kind, string field = "f", AddressDatabase database = AddressDatabase.Sql) => new(database, field, kind);

    [Fact]
    public void The_first_row_with_a_value_decides_and_is_named()
    {
        var found = Table(FieldKind.Number).Find(Keys(AddressDatabase.Sql, [("f", null)], [("g", "1")], [("F", "6.31")], [("f", "9")]));
        found!.Value.Value.Number.ShouldBe(6.31);
        found.Value.Matched.ShouldBe("row 3");
    }

    [Fact]
    public void Without_a_value_in_any_row_the_next_table_is_asked()
    {
        var maps = new LookupMaps([Table(FieldKind.Number), new ConstantTable(new LookupValue(5))]);
        maps.Number(Keys(AddressDatabase.Sql, [("f", null)])).ShouldBe(5);
        maps.Number(Plain.With(AddressRecords.None)).ShouldBe(5);
    }

    [Fact]
    public void The_empty_text_and_zero_are_values()
    {
        Table(FieldKind.Text).Find(Keys(AddressDatabase.Sql, [("f", "")], [("f", "x")]))!.Value.Value.Text.ShouldBe("");
        Table(FieldKind.Number).Find(Keys(AddressDatabase.Sql, [("f", "0")], [("f", "7")]))!.Value.Value.Number.ShouldBe(0);
    }

    [Fact]
    public void All_rows_with_a_value_are_given_in_their_order() =>
        Table(FieldKind.Text).FindAll(Keys(AddressDatabase.Sql, [("f", "A")], [("f", null)], [("f", "B,C")])).Select(r => r.Value.Text).ShouldBe(["A", "B,C"]);

    [Theory]
    [InlineData("N", false)]
    [InlineData("n", false)]
    [InlineData("F", false)]
    [InlineData("f", false)]
    [InlineData(" ", false)]
    [InlineData("", false)]
    [InlineData("0", false)]
    [InlineData("000", false)]
    [InlineData("\0", false)]
    [InlineData("N  ", false)]
    [InlineData("Y", true)]
    [InlineData("1", true)]
    [InlineData("No", true)]
    [InlineData("t", true)]
    public void In_sql_everything_is_true_that_does_not_say_no(string value, bool expected) =>
        Table(FieldKind.Truth).Find(Keys(AddressDatabase.Sql, [("f", value)]))!.Value.Value.IsTrue.ShouldBe(expected);

    [Theory]
    [InlineData("TRUE", true)]
    [InlineData("FALSE", false)]
    [InlineData("true", false)]
    [InlineData("Y", false)]
    public void In_ldap_only_the_word_is_true(string value, bool expected) =>
        Table(FieldKind.Truth, database: AddressDatabase.Ldap).Find(Keys(AddressDatabase.Ldap, [("f", value)]))!.Value.Value.IsTrue.ShouldBe(expected);

    [Fact]
    public void Without_the_column_a_row_makes_the_recipient_local_unless_it_is_the_catch_all()
    {
        static AddressRecord Row(bool catchAll, params (string Name, string? Value)[] fields) =>
            new(AddressDatabase.Sql, new RecordFields([.. fields.Select(f => f.Name)]), [.. fields.Select(f => f.Value)]) { Source = "", IsCatchAll = catchAll };

        bool? Local(params AddressRecord[] rows) => Table(FieldKind.Locality, "local").Find(Plain.With(new AddressRecords(rows, [])))?.Value.IsTrue;

        Local(Row(false)).ShouldBe(true);
        Local(Row(true)).ShouldBeNull();
        Local(Row(true, ("local", "Y"))).ShouldBe(true);
        Local(Row(false, ("local", null)), Row(true, ("local", "N"))).ShouldBe(false);
        Local(Row(false, ("local", null))).ShouldBeNull();
        Local().ShouldBeNull();
    }

    [Fact]
    public void An_address_nobody_looked_up_is_a_fault_and_no_missing_policy()
    {
        Should.Throw<InvalidOperationException>(() => Table(FieldKind.Number).Find(Plain));
        new LookupMaps([Table(FieldKind.Number), new ConstantTable(new LookupValue(5))]).Static.Number(Plain).ShouldBe(5);
    }

    [Fact]
    public void Every_field_names_its_variable_and_attribute_once()
    {
        PolicyField.All.Count.ShouldBe(44);
        PolicyField.All.Select(f => f.Variable).ShouldBeUnique();
        PolicyField.All.Select(f => f.Sql).ShouldBeUnique();
        PolicyField.All.Select(f => f.Ldap).ShouldBeUnique();
    }
}
