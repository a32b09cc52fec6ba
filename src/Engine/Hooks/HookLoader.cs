using System.Reflection;
using System.Runtime.Loader;
using Amavis.Core.Policy;

namespace Amavis.Engine.Hooks;

/// <summary>Loads assemblies with hooks, each with the packages it was built with; what the daemon has itself is shared.</summary>
internal static class HookLoader
{
    public static IReadOnlyList<IMailHook> Load(HookSettings entry)
    {
        Type[] types;
        try
        {
            types = new Context(entry.Path).LoadOwn().GetExportedTypes();
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or UnauthorizedAccessException or TypeLoadException or ReflectionTypeLoadException)
        {
            throw new HookLoadException($"hooks: {entry.Path} can't be loaded: {e.Message}; it has to be an assembly for .NET {Environment.Version.Major} built with this version of Amavis.Engine", e);
        }
        var hooks = types.Where(t => t is { IsClass: true, IsAbstract: false } && typeof(IMailHook).IsAssignableFrom(t))
            .Where(t => entry.Type is null || t.FullName == entry.Type).ToList();
        if (hooks.Count == 0)
            throw new HookLoadException($"hooks: {entry.Path} has no public class {entry.Type ?? "at all"} that implements {typeof(IMailHook).FullName}");
        return [.. hooks.Select(t => Make(t, entry))];
    }

    private static IMailHook Make(Type type, HookSettings entry)
    {
        try
        {
            var withOptions = type.GetConstructor([typeof(IReadOnlyDictionary<string, string>)]);
            if (withOptions is not null)
                return (IMailHook)withOptions.Invoke([entry.Options]);
            return (IMailHook)(Activator.CreateInstance(type) ?? throw new MissingMethodException(type.FullName, ".ctor"));
        }
        catch (TargetInvocationException e)
        {
            throw new HookLoadException($"hooks: {type.FullName} refused its options: {e.InnerException?.Message}", e);
        }
        catch (MissingMethodException e)
        {
            throw new HookLoadException($"hooks: {type.FullName} has no public constructor without parameters or with options", e);
        }
    }

    /// <summary>Reads files into memory: building the hook anew must not disturb the one at work.</summary>
    private sealed class Context(string path) : AssemblyLoadContext("hook " + path)
    {
        private readonly AssemblyDependencyResolver _resolver = new(path);

        public Assembly LoadOwn() => LoadFile(path);

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (Default.Assemblies.Any(a => a.GetName().Name == assemblyName.Name))
                return null;
            return _resolver.ResolveAssemblyToPath(assemblyName) is { } file ? LoadFile(file) : null;
        }

        private Assembly LoadFile(string file)
        {
            using var octets = new MemoryStream(File.ReadAllBytes(file));
            return LoadFromStream(octets);
        }
    }
}
