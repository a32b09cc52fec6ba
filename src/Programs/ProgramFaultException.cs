namespace Amavis.Programs;

/// <summary>An external program could not be started or did not end by itself.</summary>
public sealed class ProgramFaultException(string message, Exception? inner = null) : IOException(message, inner);
