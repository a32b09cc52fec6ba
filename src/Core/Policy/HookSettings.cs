namespace Amavis.Core.Policy;

/// <summary>An entry of <c>hooks</c>: an assembly with code of the administrator's own.</summary>
/// <param name="Path">File name of the assembly.</param>
/// <param name="Type">Full name of the type to use; null: every one of the assembly.</param>
/// <param name="Options">Texts for the hook, by name.</param>
public sealed record HookSettings(string Path, string? Type, IReadOnlyDictionary<string, string> Options);
