namespace Amavis.Protocols.Milter.Server;

/// <summary>The macros an MTA told, by the stage they were told for.</summary>
internal sealed class MilterMacros
{
    /// <summary>Later stages know better.</summary>
    private static readonly MilterCommand[] Stages =
    [
        MilterCommand.EndOfMessage, MilterCommand.EndOfHeader, MilterCommand.Data, MilterCommand.Rcpt, MilterCommand.Mail,
        MilterCommand.Helo, MilterCommand.Connect,
    ];

    private readonly Dictionary<MilterCommand, Dictionary<string, string>> _byStage = [];

    /// <summary>The value told last, the name without braces; null: not told, or empty.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var stage in Stages)
                if (_byStage.TryGetValue(stage, out var macros) && macros.TryGetValue(name, out var value))
                    return value.Length == 0 ? null : value;
            return null;
        }
    }

    /// <summary>Takes the payload of a macro packet; those of the same stage before are forgotten. Other stages than ours are passed over.</summary>
    public void Take(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty || !Stages.Contains((MilterCommand)payload[0]))
            return;
        var macros = new Dictionary<string, string>();
        _byStage[(MilterCommand)payload[0]] = macros;
        payload = payload[1..];
        while (!payload.IsEmpty && macros.Count < MilterLimits.Macros)
        {
            var name = MilterText.Take(ref payload);
            var value = MilterText.Take(ref payload);
            if (name.Length > 2 && name[0] == '{' && name[^1] == '}')
                name = name[1..^1];
            macros[name] = value[..Math.Min(value.Length, MilterLimits.MacroCharacters)];
        }
    }

    /// <summary>Forgets what was told of a message.</summary>
    public void ForgetMessage()
    {
        ForgetAfterMail();
        _byStage.Remove(MilterCommand.Mail);
    }

    /// <summary>At MAIL, whose own macros have come before it: what is left of another message goes.</summary>
    public void ForgetAfterMail()
    {
        foreach (var stage in Stages)
            if (stage is not (MilterCommand.Connect or MilterCommand.Helo or MilterCommand.Mail))
                _byStage.Remove(stage);
    }

    public void ForgetAll() => _byStage.Clear();
}
