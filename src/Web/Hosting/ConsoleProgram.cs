using System.CommandLine;
using Amavis.Configuration;
using Amavis.Core.Policy;
using Amavis.Web.SigningIn;

namespace Amavis.Web.Hosting;

/// <summary>The program <c>amavis-web</c>: reads its options and the configuration, then serves until it is told to stop.</summary>
internal static class ConsoleProgram
{
    private const int Faulty = 2;
    private static readonly string[] DefaultFiles = ["/etc/amavis/amavis.yaml", "amavis.yaml"];

    public static async Task<int> RunAsync(string[] args)
    {
        var config = new Option<FileInfo?>("--config") { Description = "Configuration file; by default /etc/amavis/amavis.yaml, then ./amavis.yaml" };
        var command = new RootCommand("Amavis Web console") { config };
        command.SetAction((parsed, cancellationToken) => ServeAsync(parsed.GetValue(config), cancellationToken));
        return await command.Parse(args).InvokeAsync();
    }

    private static async Task<int> ServeAsync(FileInfo? file, CancellationToken cancellationToken)
    {
        var path = file?.FullName ?? DefaultFiles.FirstOrDefault(File.Exists) ?? DefaultFiles[0];
        var loaded = ConfigurationLoader.Load(path, ConfigurationEnvironment.OfProcess);
        foreach (var mistake in loaded.Mistakes)
            await Console.Error.WriteLineAsync(mistake.ToString());
        if (loaded.Settings is not { } settings)
            return Faulty;
        if (settings.StorageSqlDsn.Count == 0)
        {
            await Console.Error.WriteLineAsync($"{path}: storage_sql_dsn: the console needs a database; none is configured");
            return Faulty;
        }
        return await ServeAsync(settings, cancellationToken);
    }

    private static async Task<int> ServeAsync(Settings settings, CancellationToken cancellationToken)
    {
        await using var app = ConsoleHost.Build(settings);
        await ConsoleHost.PrepareAsync(app, Environment.GetEnvironmentVariable(FirstAccount.PasswordVariable), cancellationToken);
        await app.RunAsync(cancellationToken);
        return 0;
    }
}
