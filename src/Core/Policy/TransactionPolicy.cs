using System.Net;
using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;

namespace Amavis.Core.Policy;

/// <summary>The banks loaded at MAIL: those of the original client's address, then MYUSERS.</summary>
public static class TransactionPolicy
{
    /// <param name="named">Banks the client asks for (AM.PDP, milter), loaded after those of the address; unknown ones change nothing.</param>
    public static PolicyState Load(PolicyState policy, ClientFacts client, MailAddress sender, IReadOnlyList<string>? named = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(sender);
        policy = LoadClientBanks(policy, client.Address ?? IPAddress.Any);
        foreach (var bank in named ?? [])
            policy = policy.Load(bank);
        return IsMyUser(policy.Settings, sender) ? policy.Load("MYUSERS") : policy;
    }

    /// <summary>The first list that has the address decides. The peer's own address is not asked for: it is the MTA's.</summary>
    private static PolicyState LoadClientBanks(PolicyState policy, IPAddress client)
    {
        foreach (var (networks, banks) in policy.Settings.ClientIpaddrPolicy)
        {
            if (networks.Match(client) != true)
                continue;
            foreach (var bank in banks)
                policy = policy.Load(bank);
            break;
        }
        return policy;
    }

    /// <summary>
    /// Would MYUSERS be loaded if the databases, which sessions do not ask for it, say that the sender is local. Then the bank is
    /// loaded when the message has been received.
    /// </summary>
    public static bool IsLeftToDatabases(PolicyState policy, MailAddress sender)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(sender);
        return policy.Settings.LocalDomainsMaps.AsksDatabases && MayBeMyUser(policy.Settings, sender);
    }

    private static bool IsMyUser(Settings settings, MailAddress sender) =>
        MayBeMyUser(settings, sender) && !settings.LocalDomainsMaps.AsksDatabases
        && settings.LocalDomainsMaps.IsTrue(AddressKeys.For(sender, settings.AddressRules));

    private static bool MayBeMyUser(Settings settings, MailAddress sender) =>
        settings.Originating && !sender.IsNull && settings.PolicyBanks.ContainsKey("MYUSERS");
}
