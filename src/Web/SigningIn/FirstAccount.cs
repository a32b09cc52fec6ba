using Amavis.Data.Console;
using Amavis.Web.Hosting;

namespace Amavis.Web.SigningIn;

/// <summary>Makes the account <c>admin</c> when there is none at all, so that somebody can sign in after the first start.</summary>
internal sealed class FirstAccount(Accounts accounts, StateDirectory state, ILogger<FirstAccount> logger)
{
    public const string Name = "admin";

    /// <summary>Names the environment variable that sets the first password.</summary>
    public const string PasswordVariable = "AMAVIS_WEB_ADMIN_PASSWORD";

    /// <param name="givenPassword">From the environment; null or empty: a random one is made, logged once and kept in the state directory.</param>
    public async Task EnsureAsync(string? givenPassword, CancellationToken cancellationToken)
    {
        if (await accounts.AnyAsync(cancellationToken))
            return;
        var given = !string.IsNullOrEmpty(givenPassword);
        var password = given ? givenPassword! : PasswordText.Random();
        if (!given)
            StateDirectory.WriteSecret(state.InitialPasswordPath, password);
        if (await accounts.AddAsync(Name, ConsoleRole.Owner, password, cancellationToken, checkLength: false) != AccountOutcome.Done)
            return;
        if (given)
            AccountLog.MadeFromEnvironment(logger, Name, PasswordVariable);
        else
            AccountLog.MadeWithRandomPassword(logger, Name, password, state.InitialPasswordPath);
    }
}
