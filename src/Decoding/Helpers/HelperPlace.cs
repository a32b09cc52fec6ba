using Amavis.Programs;

namespace Amavis.Decoding.Helpers;

/// <summary>A directory for one run of a helper program: the archive under a name of ours, and an empty directory for its members.</summary>
internal sealed class HelperPlace : IAsyncDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _directory;

    /// <param name="directory">Is made; its parent must be there.</param>
    /// <param name="suffix">What the archive's name has to end in.</param>
    public HelperPlace(string directory, string suffix = "")
    {
        _directory = directory;
        Archive = Path.Combine(directory, "archive" + suffix);
        Directory.CreateDirectory(directory, OwnerOnly);
        Directory.CreateDirectory(Target, OwnerOnly);
    }

    public string Archive { get; }

    public string Target => Path.Combine(_directory, "members");

    /// <summary>Gives us the rights that members may have been given without.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) =>
        RunAsync("chmod", ["-R", "--", "u+rwX", Target], cancellationToken);

    /// <summary>Names may be no texts, which only programs that know octets can remove.</summary>
    public async ValueTask DisposeAsync()
    {
        await OpenAsync(CancellationToken.None);
        await RunAsync("rm", ["-rf", "--", _directory], CancellationToken.None);
    }

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken) =>
        await ProgramRunner.RunAsync(new ProgramCall { Program = program, Arguments = arguments, SearchPath = ExtractedFiles.SystemPath }, cancellationToken);
}
