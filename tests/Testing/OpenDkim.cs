using System.Diagnostics;
using System.Text;

namespace Amavis.Testing;

/// <summary>Debian's opendkim as a second opinion: it signs and verifies files, with keys given in a file instead of the DNS.</summary>
public sealed class OpenDkim : IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly List<string> _keys = [];

    public OpenDkim AddKey(string name, string record)
    {
        _keys.Add($"{name} {record}");
        return this;
    }

    /// <summary>Did it find every signature of each message to be good, in order.</summary>
    public async Task<IReadOnlyList<bool>> VerifyAsync(IReadOnlyList<byte[]> messages)
    {
        await File.WriteAllLinesAsync(_directory.FilePath("keys"), _keys);
        var configuration = Write("verify.conf", "Mode v", "TestPublicKeys " + _directory.FilePath("keys"), "MaximumHeaders 0");
        var verdicts = new List<bool>();
        foreach (var message in messages)
        {
            var (status, output) = await RunAsync(configuration, message);
            if (status != 0)
                throw new InvalidOperationException(output);
            verdicts.Add(output.Contains(") succeeded", StringComparison.Ordinal) && !output.Contains(") failed", StringComparison.Ordinal));
        }
        return verdicts;
    }

    /// <summary>The message with its signature on top, whoever its author is.</summary>
    /// <param name="algorithm">rsa-sha256 or ed25519-sha256.</param>
    /// <param name="forms">As in the tag c=.</param>
    public async Task<byte[]> SignAsync(byte[] message, string pem, string domain, string selector, string algorithm, string forms)
    {
        var key = _directory.FilePath("key.pem");
        await File.WriteAllTextAsync(key, pem);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var configuration = Write("sign.conf", "Mode s", "KeyTable " + Write("keytable", $"k {domain}:{selector}:{key}"), "SigningTable refile:" + Write("signingtable", "* k"), "RequireSafeKeys no",
            "SignatureAlgorithm " + algorithm, "Canonicalization " + forms, "InternalHosts 0.0.0.0/0,127.0.0.1,localhost", "MaximumHeaders 0");
        var (status, output) = await RunAsync(configuration, message);
        var at = output.IndexOf("DKIM-Signature:", StringComparison.Ordinal);
        if (status != 0 || at < 0)
            throw new InvalidOperationException(output);
        var end = output.IndexOf("\nopendkim:", at, StringComparison.Ordinal);
        var field = (end < 0 ? output[at..] : output[at..end]).TrimEnd().Replace("\r", "", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal);
        return [.. Encoding.ASCII.GetBytes(field + "\r\n"), .. message];
    }

    public void Dispose() => _directory.Dispose();

    private string Write(string name, params string[] lines)
    {
        var path = _directory.FilePath(name);
        File.WriteAllLines(path, lines);
        return path;
    }

    private async Task<(int Status, string Output)> RunAsync(string configuration, byte[] message)
    {
        var file = _directory.FilePath("message");
        await File.WriteAllBytesAsync(file, message);
        var start = new ProcessStartInfo("/usr/sbin/opendkim", ["-x", configuration, "-t", file, "-v"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + "\n" + await error);
    }
}
