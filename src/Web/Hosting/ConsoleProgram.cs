namespace Amavis.Web.Hosting;
internal static class ConsoleProgram { public static Task<int> RunAsync(string[] a) => Task.FromResult(a.Length); }
