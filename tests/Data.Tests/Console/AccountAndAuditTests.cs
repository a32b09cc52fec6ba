using Amavis.Data.Console;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Data.Tests.Console;

public abstract class AccountAndAuditTests : ConsoleTestBase
{
    private Accounts Accounts => new(Seed.Contexts, Clock);

    private AuditLog Audit => new(Seed.Contexts, Clock);

    [Fact]
    public async Task Accounts_are_added_listed_and_removed_by_name_in_any_case()
    {
        (await Accounts.AnyAsync(default)).ShouldBeFalse();
        (await Accounts.AddAsync("Anna", ConsoleRole.Owner, "correct horse", default)).ShouldBe(AccountOutcome.Done);
        (await Accounts.AddAsync("anna", ConsoleRole.Auditor, "correct horse", default)).ShouldBe(AccountOutcome.NameTaken);
        (await Accounts.AddAsync("Bert", ConsoleRole.Auditor, "correct horse", default)).ShouldBe(AccountOutcome.Done);
        (await Accounts.ListAsync(default)).Select(a => (a.Name, a.Role, a.CreatedAt)).ShouldBe([("Anna", ConsoleRole.Owner, Noon), ("Bert", ConsoleRole.Auditor, Noon)]);
        (await Accounts.RemoveAsync("BERT", default)).ShouldBe(AccountOutcome.Done);
        (await Accounts.RemoveAsync("Bert", default)).ShouldBe(AccountOutcome.NoSuchAccount);
    }

    [Fact]
    public async Task The_last_owner_stays()
    {
        await Accounts.AddAsync("anna", ConsoleRole.Owner, "correct horse", default);
        await Accounts.AddAsync("bert", ConsoleRole.Admin, "correct horse", default);
        (await Accounts.RemoveAsync("anna", default)).ShouldBe(AccountOutcome.LastOwner);
        await Accounts.AddAsync("carl", ConsoleRole.Owner, "correct horse", default);
        (await Accounts.RemoveAsync("anna", default)).ShouldBe(AccountOutcome.Done);
    }

    [Theory]
    [InlineData("", AccountOutcome.NameNotAllowed)]
    [InlineData("a b", AccountOutcome.NameNotAllowed)]
    [InlineData("-a", AccountOutcome.NameNotAllowed)]
    [InlineData("a\nb", AccountOutcome.NameNotAllowed)]
    [InlineData("a@example.com", AccountOutcome.Done)]
    public async Task Names_need_no_quoting(string name, AccountOutcome expected) =>
        (await Accounts.AddAsync(name, ConsoleRole.Admin, "correct horse", default)).ShouldBe(expected);

    [Fact]
    public async Task Passwords_have_a_least_and_a_greatest_length()
    {
        (await Accounts.AddAsync("anna", ConsoleRole.Owner, "seven77", default)).ShouldBe(AccountOutcome.PasswordTooShort);
        (await Accounts.AddAsync("anna", ConsoleRole.Owner, new string('x', 257), default)).ShouldBe(AccountOutcome.PasswordTooLong);
        (await Accounts.AddAsync("anna", ConsoleRole.Owner, "short", default, checkLength: false)).ShouldBe(AccountOutcome.Done);
        (await Accounts.SetPasswordAsync("nobody", "correct horse", default)).ShouldBe(AccountOutcome.NoSuchAccount);
    }

    [Fact]
    public async Task A_new_password_ends_sessions_and_lifts_the_lock()
    {
        await Accounts.AddAsync("anna", ConsoleRole.Owner, "correct horse", default);
        var before = (await Accounts.FindAsync("ANNA", default))!;
        before.LockoutEnd = Noon.AddHours(1);
        before.AccessFailedCount = 3;
        (await Accounts.UpdateAsync(before, default)).ShouldBeTrue();
        (await Accounts.SetPasswordAsync("anna", "battery staple", default)).ShouldBe(AccountOutcome.Done);
        var after = (await Accounts.FindAsync(before.Id, default))!;
        after.SecurityStamp.ShouldNotBe(before.SecurityStamp);
        after.PasswordHash.ShouldNotBe(before.PasswordHash);
        (after.LockoutEnd, after.AccessFailedCount).ShouldBe((null, 0));
    }

    [Fact]
    public async Task Of_two_changes_to_one_account_the_second_is_refused()
    {
        await Accounts.AddAsync("anna", ConsoleRole.Owner, "correct horse", default);
        var one = (await Accounts.FindAsync("ANNA", default))!;
        var other = (await Accounts.FindAsync("ANNA", default))!;
        (await Accounts.UpdateAsync(one, default)).ShouldBeTrue();
        (await Accounts.UpdateAsync(other, default)).ShouldBeFalse();
    }

    [Fact]
    public async Task The_audit_is_a_chain_that_shows_changed_and_missing_rows()
    {
        for (var i = 0; i < 5; i++)
            await Audit.AppendAsync(new AuditEntry("anna", "192.0.2.1", "release", $"0-m{i}", "250 Ok\nnul \0 \ud800"), default);
        (await Audit.FindBreakAsync(default)).ShouldBeNull();
        var rows = await Audit.ReadAsync(Owner, 10, default);
        rows.Count.ShouldBe(5);
        await using (var context = await Seed.Contexts.CreateDbContextAsync())
            await context.Audit.Where(a => a.Subject == "0-m2").ExecuteUpdateAsync(set => set.SetProperty(a => a.Account, "bert"));
        (await Audit.FindBreakAsync(default)).ShouldBe(rows.Single(r => r.Subject == "0-m2").Id);
        await using (var context = await Seed.Contexts.CreateDbContextAsync())
            await context.Audit.Where(a => a.Subject == "0-m2").ExecuteDeleteAsync();
        (await Audit.FindBreakAsync(default)).ShouldBe(rows.Single(r => r.Subject == "0-m3").Id);
    }

    [Fact]
    public async Task Writers_at_the_same_time_do_not_break_the_chain()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Audit.AppendAsync(new AuditEntry($"a{i}", "", "sign-in", "x", ""), default)));
        (await Audit.ReadAsync(Owner, 50, default)).Count.ShouldBe(12);
        (await Audit.FindBreakAsync(default)).ShouldBeNull();
    }
}
