namespace Amavis.Configuration;

/// <summary>What is to be said of a private key.</summary>
/// <param name="Fault">Why it can't be used, in words that follow the name of its file; null: it can.</param>
/// <param name="Remark">What is not good about it, likewise; null: nothing.</param>
public readonly record struct SigningKeyFinding(string? Fault, string? Remark);

/// <summary>Looks at a private key in PEM form. The configuration knows nothing of cryptography itself.</summary>
public delegate SigningKeyFinding SigningKeyCheck(string pem);
