namespace Amavis.Scanning.Tests;

/// <summary>Tests that measure time run by themselves, after the others.</summary>
[CollectionDefinition(nameof(TimedTests), DisableParallelization = true)]
public sealed class TimedTests;
