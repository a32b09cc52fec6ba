using System.Globalization;
using Amavis.Data.Console;
using Amavis.Data.Model;
using Microsoft.AspNetCore.Identity;

namespace Amavis.Web.SigningIn;



/// <summary>ASP.NET Core Identity's view of the accounts in our database.</summary>
internal sealed class AccountStore(Accounts accounts)
    : IUserPasswordStore<AccountRow>, IUserLockoutStore<AccountRow>, IUserSecurityStampStore<AccountRow>
{
    private static readonly IdentityError Changed = new() { Code = "ConcurrencyFailure", Description = "The account was changed meanwhile. Try again." };

    public Task<string> GetUserIdAsync(AccountRow user, CancellationToken cancellationToken) => Task.FromResult(user.Id.ToString(CultureInfo.InvariantCulture));

    public Task<string?> GetUserNameAsync(AccountRow user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.UserName);

    public Task<string?> GetNormalizedUserNameAsync(AccountRow user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.NormalizedName);

    public Task<string?> GetPasswordHashAsync(AccountRow user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash);

    public Task<bool> HasPasswordAsync(AccountRow user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash is not null);

    public Task<string?> GetSecurityStampAsync(AccountRow user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.SecurityStamp);

    public Task<DateTimeOffset?> GetLockoutEndDateAsync(AccountRow user, CancellationToken cancellationToken) => Task.FromResult(user.LockoutEnd);

    public Task<int> GetAccessFailedCountAsync(AccountRow user, CancellationToken cancellationToken) => Task.FromResult(user.AccessFailedCount);

    public Task<bool> GetLockoutEnabledAsync(AccountRow user, CancellationToken cancellationToken) => Task.FromResult(user.LockoutEnabled);

    public Task<AccountRow?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
        accounts.FindAsync(normalizedUserName, cancellationToken);

    public Task<AccountRow?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        int.TryParse(userId, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? accounts.FindAsync(id, cancellationToken)
            : Task.FromResult<AccountRow?>(null);

    public async Task<IdentityResult> UpdateAsync(AccountRow user, CancellationToken cancellationToken) =>
        await accounts.UpdateAsync(user, cancellationToken) ? IdentityResult.Success : IdentityResult.Failed(Changed);

    // Accounts are made and removed by the command line and by the first start, never through Identity.
    public Task<IdentityResult> CreateAsync(AccountRow user, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Accounts are made by Accounts.AddAsync.");

    public Task<IdentityResult> DeleteAsync(AccountRow user, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Accounts are removed by Accounts.RemoveAsync.");

    public Task SetUserNameAsync(AccountRow user, string? userName, CancellationToken cancellationToken)
    {
        user.UserName = userName ?? "";
        return Task.CompletedTask;
    }

    public Task SetNormalizedUserNameAsync(AccountRow user, string? normalizedName, CancellationToken cancellationToken)
    {
        user.NormalizedName = normalizedName ?? "";
        return Task.CompletedTask;
    }

    public Task SetPasswordHashAsync(AccountRow user, string? passwordHash, CancellationToken cancellationToken)
    {
        user.PasswordHash = passwordHash;
        return Task.CompletedTask;
    }

    public Task SetSecurityStampAsync(AccountRow user, string stamp, CancellationToken cancellationToken)
    {
        user.SecurityStamp = stamp;
        return Task.CompletedTask;
    }

    public Task SetLockoutEndDateAsync(AccountRow user, DateTimeOffset? lockoutEnd, CancellationToken cancellationToken)
    {
        user.LockoutEnd = lockoutEnd;
        return Task.CompletedTask;
    }

    public Task<int> IncrementAccessFailedCountAsync(AccountRow user, CancellationToken cancellationToken) => Task.FromResult(++user.AccessFailedCount);

    public Task ResetAccessFailedCountAsync(AccountRow user, CancellationToken cancellationToken)
    {
        user.AccessFailedCount = 0;
        return Task.CompletedTask;
    }

    public Task SetLockoutEnabledAsync(AccountRow user, bool enabled, CancellationToken cancellationToken)
    {
        user.LockoutEnabled = enabled;
        return Task.CompletedTask;
    }

    public void Dispose()
    {
    }
}
