namespace Amavis.Core.Messages;

/// <summary>What a person says a message is, for a spam scanner to learn from.</summary>
public enum SpamClass
{
    /// <summary>Not spam.</summary>
    Ham,
    Spam,
}
