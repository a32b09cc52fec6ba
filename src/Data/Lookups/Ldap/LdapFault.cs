namespace Amavis.Data.Lookups.Ldap;

/// <summary>The server answered with another result than success.</summary>
internal sealed class LdapFaultException(int code, string diagnostic) : Exception(diagnostic.Length == 0 ? $"LDAP result {code}" : $"LDAP result {code}: {diagnostic}")
{
    public const int NoSuchObject = 32;

    /// <summary>Passes by itself: timeLimitExceeded, busy, unavailable, unwillingToPerform (RFC 4511 §A.1).</summary>
    public bool IsPassing => code is 3 or 51 or 52 or 53;

    public int Code => code;
}

/// <param name="Name">Distinguished name.</param>
/// <param name="Values">By attribute, in any letter case.</param>
internal sealed record LdapEntry(string Name, IReadOnlyDictionary<string, string[]> Values);

/// <summary>A message of the server (RFC 4511 §4.1.1), as far as clients that search need it.</summary>
/// <param name="Operation">Number of the application tag.</param>
/// <param name="Result">Result code; null: the message has none.</param>
internal sealed record LdapMessage(int Id, int Operation, int? Result, string Diagnostic, LdapEntry? Entry)
{
    public const int BindResponse = 1;
    public const int SearchEntry = 4;
    public const int SearchDone = 5;
    public const int ExtendedResponse = 24;
}
