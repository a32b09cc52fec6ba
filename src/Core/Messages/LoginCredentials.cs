namespace Amavis.Core.Messages;

/// <summary>A name and its password, as a client gave them (RFC 4954); we do not verify them.</summary>
public sealed record LoginCredentials(string User, string Password)
{
    /// <summary>The password stays out of logs.</summary>
    public override string ToString() => User;
}
