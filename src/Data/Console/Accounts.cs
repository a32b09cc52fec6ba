using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Data.Console;

/// <summary>An account as lists show it; without what it signs in with.</summary>
/// <param name="LockedUntil">Null: not locked.</param>
/// <param name="LastSignIn">Null: never.</param>
public sealed record AccountView(string Name, ConsoleRole Role, bool Disabled, DateTimeOffset? LockedUntil, DateTimeOffset CreatedAt, DateTimeOffset? LastSignIn);

/// <summary>What came of a change to accounts.</summary>
public enum AccountOutcome
{
    Done,
    NoSuchAccount,
    NameTaken,
    NameNotAllowed,
    PasswordTooShort,
    PasswordTooLong,
    /// <summary>Nobody would be left who may manage accounts.</summary>
    LastOwner,
}

/// <summary>The accounts of the console: for <c>amavis user</c> and for sign-in.</summary>
public sealed class Accounts(IDbContextFactory<AmavisDbContext> contexts, TimeProvider clock)
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxName = 64;

    /// <summary>Names are compared without case.</summary>
    public static string Normalize(string name) => (name ?? "").Trim().ToUpperInvariant();

    /// <summary>Letters, digits and <c>. _ - + @</c>: nothing that needs quoting in a log or a command line.</summary>
    public static bool IsName(string? name) =>
        name is { Length: > 0 and <= MaxName } && char.IsLetterOrDigit(name[0]) && name.All(c => char.IsLetterOrDigit(c) || c is '.' or '_' or '-' or '+' or '@');

    public async Task<IReadOnlyList<AccountView>> ListAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var rows = await context.Accounts.AsNoTracking().OrderBy(a => a.NormalizedName).ToListAsync(cancellationToken);
        return [.. rows.Select(a => new AccountView(a.UserName, ConsoleRoles.Parse(a.Role), a.Disabled, a.LockoutEnd > now ? a.LockoutEnd : null, a.CreatedAt, a.LastSignInAt))];
    }

    public async Task<bool> AnyAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.Accounts.AnyAsync(cancellationToken);
    }

    /// <param name="checkLength">False takes any password that is not empty: for one that an administrator has put into the environment.</param>
    public async Task<AccountOutcome> AddAsync(string name, ConsoleRole role, string password, CancellationToken cancellationToken, bool checkLength = true)
    {
        if (!IsName(name))
            return AccountOutcome.NameNotAllowed;
        if (checkLength && CheckPassword(password) is var fault and not AccountOutcome.Done)
            return fault;
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var normalized = Normalize(name);
        if (await context.Accounts.AnyAsync(a => a.NormalizedName == normalized, cancellationToken))
            return AccountOutcome.NameTaken;
        context.Accounts.Add(new AccountRow
        {
            UserName = name,
            NormalizedName = normalized,
            Role = role.Name(),
            PasswordHash = PasswordText.Hash(password),
            SecurityStamp = NewStamp(),
            ConcurrencyStamp = NewStamp(),
            CreatedAt = clock.GetUtcNow(),
        });
        try
        {
            await context.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException) when (!cancellationToken.IsCancellationRequested)
        {
            // Two at once: the unique name decides. Anything else that went wrong shows again here.
            context.ChangeTracker.Clear();
            if (await context.Accounts.AnyAsync(a => a.NormalizedName == normalized, cancellationToken))
                return AccountOutcome.NameTaken;
            throw;
        }
        return AccountOutcome.Done;
    }

    /// <summary>Sets the password, ends open sessions and lifts a lock.</summary>
    public async Task<AccountOutcome> SetPasswordAsync(string name, string password, CancellationToken cancellationToken)
    {
        if (CheckPassword(password) is var fault and not AccountOutcome.Done)
            return fault;
        return await ChangeAsync(name, account =>
        {
            account.PasswordHash = PasswordText.Hash(password);
            account.SecurityStamp = NewStamp();
            account.AccessFailedCount = 0;
            account.LockoutEnd = null;
        }, cancellationToken);
    }

    public async Task<AccountOutcome> RemoveAsync(string name, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var normalized = Normalize(name);
        var account = await context.Accounts.SingleOrDefaultAsync(a => a.NormalizedName == normalized, cancellationToken);
        if (account is null)
            return AccountOutcome.NoSuchAccount;
        var owner = ConsoleRole.Owner.Name();
        if (account.Role == owner && !await context.Accounts.AnyAsync(a => a.Role == owner && !a.Disabled && a.Id != account.Id, cancellationToken))
            return AccountOutcome.LastOwner;
        context.Accounts.Remove(account);
        await context.SaveChangesAsync(cancellationToken);
        return AccountOutcome.Done;
    }

    /// <summary>For sign-in; null when there is none.</summary>
    public async Task<AccountRow?> FindAsync(string normalizedName, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.Accounts.AsNoTracking().SingleOrDefaultAsync(a => a.NormalizedName == normalizedName, cancellationToken);
    }

    /// <summary>For sign-in; null when there is none.</summary>
    public async Task<AccountRow?> FindAsync(int id, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.Accounts.AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, cancellationToken);
    }

    /// <summary>Writes the row back; false when somebody else changed it since it was read.</summary>
    public async Task<bool> UpdateAsync(AccountRow account, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(account);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var known = account.ConcurrencyStamp;
        var stored = await context.Accounts.SingleOrDefaultAsync(a => a.Id == account.Id && a.ConcurrencyStamp == known, cancellationToken);
        if (stored is null)
            return false;
        account.ConcurrencyStamp = NewStamp();
        context.Entry(stored).CurrentValues.SetValues(account);
        try
        {
            await context.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            return false;
        }
    }

    private async Task<AccountOutcome> ChangeAsync(string name, Action<AccountRow> change, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var normalized = Normalize(name);
        var account = await context.Accounts.SingleOrDefaultAsync(a => a.NormalizedName == normalized, cancellationToken);
        if (account is null)
            return AccountOutcome.NoSuchAccount;
        change(account);
        account.ConcurrencyStamp = NewStamp();
        await context.SaveChangesAsync(cancellationToken);
        return AccountOutcome.Done;
    }

    private static AccountOutcome CheckPassword(string password) => password?.Length switch
    {
        null or < PasswordText.MinLength => AccountOutcome.PasswordTooShort,
        > PasswordText.MaxLength => AccountOutcome.PasswordTooLong,
        _ => AccountOutcome.Done,
    };

    private static string NewStamp() => Guid.NewGuid().ToString("N");
}
