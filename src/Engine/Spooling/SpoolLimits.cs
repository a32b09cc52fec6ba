namespace Amavis.Engine.Spooling;

/// <summary>What messages may hold in memory, in octets; beyond either bound a message goes to a file.</summary>
/// <param name="MemoryPerMessage">A message up to this length stays in memory.</param>
/// <param name="MemoryInAll">All messages together.</param>
public sealed record SpoolLimits(long MemoryPerMessage = 1 << 20, long MemoryInAll = 64 << 20);
