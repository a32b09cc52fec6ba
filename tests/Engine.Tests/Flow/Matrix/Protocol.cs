namespace Amavis.Engine.Tests.Flow.Matrix;

/// <summary>How a message comes in.</summary>
public enum Protocol
{
    Smtp,
    Lmtp,
    AmPdp,
    Milter,
}

/// <summary>What the client of a session saw at the end of its message.</summary>
/// <param name="Replies">One, or one for each recipient; none where the protocol only has a verdict.</param>
/// <param name="Verdict">continue, reject, discard or tempfail where the client delivers; null: the reply says all.</param>
/// <param name="Deleted">Recipients the client is told to take away.</param>
internal sealed record ClientView(IReadOnlyList<string> Replies, string? Verdict, IReadOnlyList<string> Deleted);
