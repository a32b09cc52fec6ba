using Amavis.Configuration;
using Amavis.Dkim.Keys;

namespace Amavis.Cli;

/// <summary>What the configuration is read with by commands that need the signing keys, and by the check of it: as the daemon reads it.</summary>
internal static class SigningEnvironment
{
    public static ConfigurationEnvironment Value { get; } = ConfigurationEnvironment.OfProcess with { SigningKeys = Judge };

    private static SigningKeyFinding Judge(string pem)
    {
        var found = KeyExamination.Of(pem);
        return new SigningKeyFinding(found.Fault, found.Remark);
    }
}
