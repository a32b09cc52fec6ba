namespace Amavis.Web.SigningIn;

internal static partial class AccountLog
{
    // The one password that is ever logged: nobody could sign in otherwise, and it is meant to be changed at once.
    [LoggerMessage(8101, LogLevel.Warning, "No account yet: made {Name} with the password {Password} (also in {File}). Sign in and change it.")]
    public static partial void MadeWithRandomPassword(ILogger logger, string name, string password, string file);

    [LoggerMessage(8102, LogLevel.Information, "No account yet: made {Name} with the password from {Variable}.")]
    public static partial void MadeFromEnvironment(ILogger logger, string name, string variable);

    [LoggerMessage(8103, LogLevel.Information, "{Name} signed in from {Client}")]
    public static partial void SignedIn(ILogger logger, string name, string client);

    [LoggerMessage(8104, LogLevel.Warning, "Sign-in as {Name} from {Client} refused: {Reason}")]
    public static partial void Refused(ILogger logger, string name, string client, string reason);
}
