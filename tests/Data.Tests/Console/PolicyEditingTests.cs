using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Data.Console;
using Amavis.Data.Console.Policies;
using Amavis.Data.Lookups;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amavis.Data.Tests.Console;

public abstract class PolicyEditingTests : ConsoleTestBase
{
    private const string Client = "192.0.2.9";

    private static readonly ConsoleViewer Admin = new("anna", ConsoleRole.Admin);

    private Settings Settings => new() { StorageSqlDsn = [Seed.Dsn], LookupSqlDsn = [Seed.Dsn] };

    private PolicyQuery Query => new(Tables());

    private PolicyChanges Changes => new(Tables(), Audit);

    /// <summary>Over the database the log is in, which outlives it.</summary>
    private PolicyTables Tables() => new(Settings, Seed.Database);

    private AuditLog Audit => new(Seed.Contexts, Clock);

    [Fact]
    public async Task A_policy_overrides_what_it_has_values_for_and_the_filter_meets_them()
    {
        var policy = await Changes.SavePolicyAsync(Admin, Client, null, new PolicyDraft("Careful", Values(("spam_kill_level", "4.5"), ("spam_lover", "Y"), ("spam_quarantine_to", ""), ("message_size_limit", "1000000"))), null, default);
        await Changes.SaveUserAsync(Admin, Client, null, new UserDraft("ada@example.com", 8, policy, "Ada", null), null, default);

        await using var directory = new AddressDirectory(TimeProvider.System, NullLoggerFactory.Instance);
        var keys = await directory.LookUpAsync(AddressKeys.For(MailAddress.FromUnquoted("ada@example.com"), AddressRules.Default), Settings, default);
        var record = keys.Records!.Sql.ShouldHaveSingleItem();
        record["spam_kill_level"].ShouldBe("4.5");
        record["spam_lover"].ShouldBe("Y");
        record["spam_quarantine_to"].ShouldBe("", "the empty text is a value: no quarantine");
        record["message_size_limit"].ShouldBe("1000000");
        record["spam_tag2_level"].ShouldBeNull();

        var view = (await Query.PolicyAsync(Admin, policy, default))!;
        view.Values.Where(v => v.Value is not null).Select(v => v.Key).ShouldBe(["spam_kill_level", "spam_lover", "spam_quarantine_to", "message_size_limit"], ignoreOrder: true);
        view.Users.ShouldHaveSingleItem().Key.ShouldBe("ada@example.com");
        (await Query.PoliciesAsync(Admin, "care", null, default)).Policies.ShouldHaveSingleItem().ShouldSatisfyAllConditions(p => p.Users.ShouldBe(1), p => p.Overrides.ShouldBe(4));
    }

    [Fact]
    public async Task An_allowed_sender_stands_on_the_recipients_own_list_and_nothing_else_changes()
    {
        var policy = await NewPolicyAsync("Domain", ("spam_kill_level", "4.5"));
        await Changes.SaveUserAsync(Admin, Client, null, new UserDraft("@example.com", 5, policy, null, null), null, default);
        var known = await Changes.AllowAsync(Admin, Client, MailAddress.FromUnquoted("ada@example.com"), "bob@example.org", Settings, default);
        (await Query.UserAsync(Admin, known, default))!.ShouldSatisfyAllConditions(u => u.Key.ShouldBe("ada@example.com"), u => u.Priority.ShouldBe(8), u => u.PolicyId.ShouldBe(policy));
        (await Query.ListAsync(Admin, known, null, default)).Entries.ShouldHaveSingleItem().ShouldSatisfyAllConditions(e => e.SenderKey.ShouldBe("bob@example.org"), e => e.Meaning.Kind.ShouldBe(ListKind.White));

        (await Changes.AllowAsync(Admin, Client, MailAddress.FromUnquoted("ada@example.com"), "@example.net", Settings, default)).ShouldBe(known);
        (await Query.ListAsync(Admin, known, null, default)).Entries.Count.ShouldBe(2);

        var stranger = await Changes.AllowAsync(Admin, Client, MailAddress.FromUnquoted("eve@elsewhere.test"), "bob@example.org", Settings, default);
        (await Query.UserAsync(Admin, stranger, default))!.PolicyName.ShouldBe(PolicyChanges.EmptyPolicyName);
        var other = await Changes.AllowAsync(Admin, Client, MailAddress.FromUnquoted("eva@elsewhere.test"), "bob@example.org", Settings, default);
        (await Query.UserAsync(Admin, other, default))!.PolicyId.ShouldBe((await Query.UserAsync(Admin, stranger, default))!.PolicyId);

        await Should.ThrowAsync<RightsException>(Changes.AllowAsync(new ConsoleViewer("al", ConsoleRole.Auditor), Client, MailAddress.FromUnquoted("ada@example.com"), "@example.net", Settings, default));
    }

    [Fact]
    public async Task A_change_is_noted_with_what_it_was_before()
    {
        var policy = await NewPolicyAsync("Careful", ("spam_kill_level", "6.9"));
        await Changes.SavePolicyAsync(Admin, Client, policy, new PolicyDraft("Careful", Values(("spam_kill_level", "4.5"), ("spam_lover", null))), null, default);
        var row = (await Audit.ReadAsync(Admin, 1, default)).ShouldHaveSingleItem();
        row.Account.ShouldBe("anna");
        row.ClientAddr.ShouldBe(Client);
        row.Action.ShouldBe("policy-changed");
        row.Subject.ShouldBe($"policy {policy} (Careful)");
        row.Detail.ShouldBe("spam_kill_level: 6.9 -> 4.5");
    }

    [Fact]
    public async Task What_somebody_else_changed_meanwhile_is_not_overwritten()
    {
        var policy = await NewPolicyAsync("Careful", ("spam_kill_level", "6.9"));
        var shown = (await Query.PolicyAsync(Admin, policy, default))!.Stamp;
        await Changes.SavePolicyAsync(Admin, Client, policy, new PolicyDraft("Careful", Values(("spam_kill_level", "5"))), shown, default);
        var refused = await Should.ThrowAsync<ChangeRefusedException>(Changes.SavePolicyAsync(Admin, Client, policy, new PolicyDraft("Careful", Values(("spam_kill_level", "7"))), shown, default));
        refused.Message.ShouldContain("Somebody else");
    }

    [Fact]
    public async Task A_policy_in_use_goes_only_when_its_users_get_another()
    {
        var (one, other) = (await NewPolicyAsync("One"), await NewPolicyAsync("Other"));
        await Changes.SaveUserAsync(Admin, Client, null, new UserDraft("ada@example.com", 8, one, null, null), null, default);
        (await Should.ThrowAsync<ChangeRefusedException>(Changes.DeletePolicyAsync(Admin, Client, one, null, default))).Message.ShouldContain("has users");
        await Should.ThrowAsync<ChangeRefusedException>(Changes.DeletePolicyAsync(Admin, Client, one, one, default));
        await Changes.DeletePolicyAsync(Admin, Client, one, other, default);
        (await Query.PolicyAsync(Admin, one, default)).ShouldBeNull();
        (await Query.UsersAsync(Admin, "", other, null, default)).Users.ShouldHaveSingleItem().Key.ShouldBe("ada@example.com");
    }

    [Fact]
    public async Task A_user_goes_with_his_lists()
    {
        var user = await NewUserAsync("ada@example.com");
        await Changes.SetListedAsync(Admin, Client, user, "@far.example", 5, new ListMeaning(ListKind.Black, 0), default);
        await Changes.SetListedAsync(Admin, Client, user, "bob@far.example", 8, new ListMeaning(ListKind.Points, -3.5), default);
        (await Query.ListAsync(Admin, user, null, default)).Entries.Select(e => (e.SenderKey, e.Value, e.Meaning.Kind)).ShouldBe([("@far.example", "B", ListKind.Black), ("bob@far.example", "-3.5", ListKind.Points)]);
        await Changes.DeleteUserAsync(Admin, Client, user, default);
        (await Query.UserAsync(Admin, user, default)).ShouldBeNull();
        (await Query.ListAsync(Admin, user, null, default)).Entries.ShouldBeEmpty();
        (await Query.SendersAsync(Admin, "far", null, default)).Senders.Select(s => (s.Key, s.Lists)).ShouldBe([("@far.example", 0), ("bob@far.example", 0)]);
    }

    [Fact]
    public async Task An_entry_is_changed_taken_off_and_its_sender_deleted()
    {
        var user = await NewUserAsync("ada@example.com");
        await Changes.SetListedAsync(Admin, Client, user, "bob@far.example", 8, new ListMeaning(ListKind.Black, 0), default);
        await Changes.SetListedAsync(Admin, Client, user, "bob@far.example", 8, new ListMeaning(ListKind.White, 0), default);
        var entry = (await Query.ListAsync(Admin, user, null, default)).Entries.ShouldHaveSingleItem();
        entry.Value.ShouldBe("W");
        await Changes.SetSenderPriorityAsync(Admin, Client, entry.SenderId, 9, default);
        (await Query.ListAsync(Admin, user, null, default)).Entries.ShouldHaveSingleItem().Priority.ShouldBe(9);
        await Changes.RemoveListedAsync(Admin, Client, user, entry.SenderId, default);
        await Should.ThrowAsync<ChangeRefusedException>(Changes.RemoveListedAsync(Admin, Client, user, entry.SenderId, default));
        await Changes.SetListedAsync(Admin, Client, user, "bob@far.example", 8, new ListMeaning(ListKind.Neutral, 0), default);
        await Changes.DeleteSenderAsync(Admin, Client, entry.SenderId, default);
        (await Query.ListAsync(Admin, user, null, default)).Entries.ShouldBeEmpty();
        (await Audit.FindBreakAsync(default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_key_stands_once_and_needs_a_policy_that_is_there()
    {
        var user = await NewUserAsync("ada@example.com");
        var view = (await Query.UserAsync(Admin, user, default))!;
        (await Should.ThrowAsync<ChangeRefusedException>(Changes.SaveUserAsync(Admin, Client, null, new UserDraft("ada@example.com", 8, view.PolicyId, null, null), null, default))).Message.ShouldContain("already");
        (await Should.ThrowAsync<ChangeRefusedException>(Changes.SaveUserAsync(Admin, Client, user, new UserDraft("ada@example.com", 8, 4711, null, null), view.Stamp, default))).Message.ShouldContain("no policy 4711");
        await Changes.SaveUserAsync(Admin, Client, user, new UserDraft("eva@example.com", 9, view.PolicyId, "Eva", null), view.Stamp, default);
        (await Query.UserAsync(Admin, user, default))!.ShouldSatisfyAllConditions(u => u.Key.ShouldBe("eva@example.com"), u => u.FullName.ShouldBe("Eva"), u => u.Priority.ShouldBe(9));
    }

    [Fact]
    public async Task Pages_follow_each_other_by_key_and_searches_find_pieces()
    {
        var policy = await NewPolicyAsync("All");
        for (var i = 0; i < 60; i++)
            await Changes.SaveUserAsync(Admin, Client, null, new UserDraft($"u{i:00}@example.com", 8, policy, null, null), null, default);
        var first = await Query.UsersAsync(Admin, "", null, null, default);
        first.Users.Count.ShouldBe(PolicyQuery.PageSize);
        var second = await Query.UsersAsync(Admin, "", null, first.Next, default);
        first.Users.Concat(second.Users).Select(u => u.Key).ShouldBe(Enumerable.Range(0, 60).Select(i => $"u{i:00}@example.com"));
        second.Next.ShouldBeNull();
        (await Query.UsersAsync(Admin, "U07@", null, null, default)).Users.ShouldHaveSingleItem().Key.ShouldBe("u07@example.com");
        (await Query.UsersAsync(Admin, "\\%_'", null, null, default)).Users.ShouldBeEmpty();
    }

    [Fact]
    public async Task Tables_of_other_makers_are_edited_by_the_columns_they_have()
    {
        await using (var connection = await Seed.Database.OpenAsync(default))
        {
            foreach (var change in (string[])["ALTER TABLE policy DROP COLUMN spam_tag3_level", "ALTER TABLE policy DROP COLUMN policy_name", "ALTER TABLE users DROP COLUMN fullname", "ALTER TABLE users ADD COLUMN local char(1)"])
            {
                await using var command = connection.CreateCommand();
                command.CommandText = change;
                await command.ExecuteNonQueryAsync();
            }
        }
        Seed.Database.ForgetShape();

        (await Tables().ColumnsAsync(default)).ShouldNotContain(c => c.Field.Sql == "spam_tag3_level");
        var policy = await Changes.SavePolicyAsync(Admin, Client, null, new PolicyDraft("Lost", Values(("spam_kill_level", "5"), ("spam_tag3_level", "9"))), null, default);
        var user = await Changes.SaveUserAsync(Admin, Client, null, new UserDraft("@.example.com", 2, policy, "Lost", "N"), null, default);
        (await Query.PolicyAsync(Admin, policy, default))!.ShouldSatisfyAllConditions(p => p.Name.ShouldBeNull(), p => p.Values["spam_kill_level"].ShouldBe("5"), p => p.Values.Keys.ShouldNotContain("spam_tag3_level"));
        (await Query.UserAsync(Admin, user, default))!.ShouldSatisfyAllConditions(u => u.Local.ShouldBe("N"), u => u.FullName.ShouldBeNull());
        (await Query.PoliciesAsync(Admin, $"{policy}", null, default)).Policies.ShouldHaveSingleItem().Id.ShouldBe(policy);
    }

    [Fact]
    public async Task Without_a_lookup_database_it_is_said_what_to_set()
    {
        await using var tables = new PolicyTables(new Settings { StorageSqlDsn = [Seed.Dsn] }, Seed.Database);
        tables.IsConfigured.ShouldBeFalse();
        (await tables.FaultAsync(default))!.ShouldContain("lookup_sql_dsn is not set");
        (await Tables().FaultAsync(default)).ShouldBeNull();
    }

    [Fact]
    public async Task Who_may_only_read_changes_nothing()
    {
        var auditor = new ConsoleViewer("olga", ConsoleRole.Auditor);
        await Should.ThrowAsync<RightsException>(Changes.SavePolicyAsync(auditor, Client, null, new PolicyDraft("X", Values()), null, default));
        await Should.ThrowAsync<RightsException>(Changes.DeleteUserAsync(auditor, Client, 1, default));
        (await Query.PoliciesAsync(auditor, "", null, default)).Policies.ShouldBeEmpty();
        Should.Throw<RightsException>(() => { _ = Query.UsersAsync(new ConsoleViewer("", ConsoleRole.None), "", null, null, default); });
    }

    private static Dictionary<string, string?> Values(params (string Column, string? Value)[] values) => values.ToDictionary(v => v.Column, v => v.Value);

    private Task<long> NewPolicyAsync(string name, params (string, string?)[] values) => Changes.SavePolicyAsync(Admin, Client, null, new PolicyDraft(name, Values(values)), null, default);

    private async Task<long> NewUserAsync(string key) =>
        await Changes.SaveUserAsync(Admin, Client, null, new UserDraft(key, 8, await NewPolicyAsync("Plain"), null, null), null, default);
}
