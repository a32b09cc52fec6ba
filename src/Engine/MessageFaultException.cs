namespace Amavis.Engine;

/// <summary>A stage could not do its work; the message is answered 451 and stays with the client.</summary>
/// <param name="Section">Short name of the stage, shown in the reply.</param>
public sealed class MessageFaultException(string section, string reason, Exception? inner = null) : Exception(reason, inner)
{
    public string Section { get; } = section;
}
