using Amavis.Configuration;
using Amavis.Dkim.Keys;

namespace Amavis.Daemon.Hosting;

/// <summary>What the configuration of a program that signs mail is read with: keys that can't be used are mistakes.</summary>
internal static class SigningEnvironment
{
    public static ConfigurationEnvironment Value { get; } = ConfigurationEnvironment.OfProcess with { SigningKeys = Judge };

    private static SigningKeyFinding Judge(string pem)
    {
        var found = KeyExamination.Of(pem);
        return new SigningKeyFinding(found.Fault, found.Remark);
    }
}
