using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Programs;
using Amavis.Engine.Quarantine;
using Amavis.Engine.Spooling;

namespace Amavis.Engine.Delivery.Mangling;

/// <summary>Runs altermime over a copy of a message in a file.</summary>
internal static class Altermime
{
    private const string OptionMark = "_OPTION_";
    private const int CopyOctets = 64 << 10;
    private const UnixFileMode FileMode0600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The changed message.</summary>
    /// <exception cref="IOException">It failed, or left nothing; the message is as it was.</exception>
    public static async Task<Spool> RunAsync(
        MangleChoice choice, OutgoingMessage message, Settings settings, ISpoolFactory spools, string directory, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(settings.Altermime))
            throw new ProgramFaultException("altermime is not set");
        Directory.CreateDirectory(directory, FileMode0600 | UnixFileMode.UserExecute);
        try
        {
            var path = Path.Combine(directory, "email-repl.txt");
            await using (var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = FileMode0600 }))
            await using (var text = new LineFeedStream(message))
                await text.CopyToAsync(file, CopyOctets, cancellationToken);
            var arguments = choice.Kind == ManglingKind.Disclaimer
                ? settings.AltermimeArgsDisclaimer.Select(a => a.Replace(OptionMark, choice.Option, StringComparison.Ordinal))
                : settings.AltermimeArgsDefang;
            var result = await ProgramRunner.RunAsync(
                new ProgramCall
                {
                    Program = settings.Altermime,
                    Arguments = ["--input=" + path, .. arguments],
                    WorkingDirectory = directory,
                    SearchPath = settings.ProgramPath,
                    Home = settings.HelpersHome,
                },
                cancellationToken);
            if (result.ExitCode != 0)
                throw new ProgramFaultException($"it ended with {result.ExitCode}: {result.Output.Trim()}");
            await using var changed = new FileStream(path, FileMode.Open, FileAccess.Read);
            if (changed.Length == 0)
                throw new ProgramFaultException("it left an empty message");
            return await TextSpooler.ReadAsync(changed, spools, cancellationToken);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
