namespace Amavis.Engine.Programs;

/// <summary>An external program could not be started or did not end by itself.</summary>
internal sealed class ProgramFaultException(string message, Exception? inner = null) : IOException(message, inner);
