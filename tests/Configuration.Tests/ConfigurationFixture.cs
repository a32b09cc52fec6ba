using Amavis.Core.Policy;

namespace Amavis.Configuration.Tests;

/// <summary>A directory of configuration files that goes with the test.</summary>
public abstract class ConfigurationFixture : IDisposable
{
    private readonly Dictionary<string, string> _environment = [];

    protected ConfigurationFixture() => Root = Directory.CreateTempSubdirectory("amavis-configuration-").FullName;

    protected string Root { get; }

    protected string MainFile => Path.Combine(Root, "amavis.yaml");

    protected void SetVariable(string name, string value) => _environment[name] = value;

    protected string Write(string name, string text)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    protected ConfigurationResult Load(string text, string hostName = "mx.example.com")
    {
        Write("amavis.yaml", text);
        return ConfigurationLoader.Load(MainFile, new ConfigurationEnvironment(_environment.GetValueOrDefault, hostName));
    }

    /// <summary>The settings of a configuration that has no mistake.</summary>
    protected Settings Good(string text)
    {
        var result = Load(text);
        result.Mistakes.ShouldBeEmpty();
        return result.Settings.ShouldNotBeNull();
    }

    /// <summary>The mistakes with the directory cut off: <c>amavis.yaml:1:5: key: what</c>.</summary>
    protected string[] Mistakes(string text)
    {
        var result = Load(text);
        result.Settings.ShouldBeNull();
        return [.. result.Mistakes.Select(m => m.ToString().Replace(Root + "/", "", StringComparison.Ordinal))];
    }

    /// <summary>The one mistake of a configuration.</summary>
    protected string Mistake(string text) => Mistakes(text).ShouldHaveSingleItem();

    public void Dispose()
    {
        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }
}
