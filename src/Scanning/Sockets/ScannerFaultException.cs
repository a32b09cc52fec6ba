namespace Amavis.Scanning.Sockets;

/// <summary>A scanner did not keep to its protocol: it is taken for broken, and the next address may be tried.</summary>
internal sealed class ScannerFaultException(string reason) : Exception(reason);

/// <summary>What was to be scanned could not be read; no fault of the scanner's.</summary>
internal sealed class UnreadableContentException(string name, Exception inner) : Exception($"{name} could not be read", inner);
