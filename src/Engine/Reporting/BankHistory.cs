using System.Net;
using Amavis.Core.Explaining;
using Amavis.Core.Messages;
using Amavis.Core.Policy;

namespace Amavis.Engine.Reporting;

/// <summary>What led to each policy bank of a message: told when it is asked for.</summary>
internal sealed class BankHistory(ReceivedMessage asReceived)
{
    private readonly List<(int Count, string Reason)> _steps = [];

    /// <summary>The banks a step has loaded are those that come on top of the earlier ones.</summary>
    public void Note(PolicyState policy, string reason)
    {
        if (policy.Banks.Count > (_steps.Count > 0 ? _steps[^1].Count : asReceived.Policy.Banks.Count))
            _steps.Add((policy.Banks.Count, reason));
    }

    /// <param name="policy">In force at the end.</param>
    public IReadOnlyList<BankExplanation> Explain(PolicyState policy)
    {
        if (policy.Banks.Count == 0)
            return [];
        var session = OfSession();
        var explained = new List<BankExplanation>(policy.Banks.Count);
        for (var i = 0; i < policy.Banks.Count; i++)
        {
            var bank = policy.Banks[i];
            var reason = i < session.Count ? session[i] : _steps.Find(s => i < s.Count).Reason ?? "loaded while the message was handled";
            explained.Add(new BankExplanation(bank.ShownName ?? bank.Name, reason));
        }
        return explained;
    }

    /// <summary>A reason for each bank that was there when the message had been received, found by loading them once more.</summary>
    private List<string> OfSession()
    {
        var loaded = new List<(string Name, string Reason)>();
        var state = asReceived.Policy.Load("");
        void Load(string? name, string reason)
        {
            var next = state.Load(name);
            if (next.Banks.Count > state.Banks.Count)
                loaded.Add((next.Banks[^1].Name, reason));
            state = next;
        }

        var connection = asReceived.Connection;
        var socket = connection.UnixPath is { } path ? new ListenSocket(null, 0, path) : connection.Local is { } local ? new ListenSocket(local.Address, local.Port, null) : null;
        foreach (var key in socket?.PolicyKeys ?? [])
            Load(state.Settings.InterfacePolicy.GetValueOrDefault(key), $"interface_policy for {key}");
        var client = asReceived.Client.Address ?? IPAddress.Any;
        foreach (var (networks, banks) in state.Settings.ClientIpaddrPolicy)
        {
            if (networks.Match(client) != true)
                continue;
            foreach (var bank in banks)
                Load(bank, $"client_ipaddr_policy has the client's address {(asReceived.Client.Address is null ? "(unknown, so 0.0.0.0)" : client)}");
            break;
        }
        var at = 0;
        var reasons = new List<string>();
        foreach (var bank in asReceived.Policy.Banks)
        {
            if (at < loaded.Count && loaded[at].Name == bank.Name)
                reasons.Add(loaded[at++].Reason);
            else
                reasons.Add(bank.Name == "MYUSERS" ? "the mail is our own and its sender is local" : "the client asked for it");
        }
        return reasons;
    }
}
