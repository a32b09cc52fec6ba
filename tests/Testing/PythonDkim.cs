using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Amavis.Testing;

/// <summary>Debian's python3-dkim as a second opinion on ARC, with keys given in a dictionary instead of the DNS.</summary>
public sealed class PythonDkim
{
    private const string Verifier = """
        import dkim, json, sys
        asked = json.load(sys.stdin)
        keys = {name + ".": text.encode() for name, text in asked["keys"].items()}
        def dns(name, timeout=5):
            return keys.get(name.decode() if isinstance(name, bytes) else name)
        status, results, reason = dkim.arc_verify(asked["message"].encode("latin-1"), dnsfunc=dns)
        print(json.dumps([status.decode() if status else "", str(reason)]))
        """;

    private const string Sealer = """
        import dkim, json, sys
        asked = json.load(sys.stdin)
        keys = {name + ".": text.encode() for name, text in asked["keys"].items()}
        def dns(name, timeout=5):
            return keys.get(name.decode() if isinstance(name, bytes) else name)
        message = asked["message"].encode("latin-1")
        signer = dkim.ARC(message)
        fields = signer.sign(asked["selector"].encode(), asked["domain"].encode(), asked["pem"].encode(), asked["authserv"].encode(),
                             include_headers=[b"from", b"to", b"subject", b"date", b"message-id"])
        print(json.dumps([b"".join(fields).decode("latin-1")]))
        """;

    private readonly Dictionary<string, string> _keys = [];

    public PythonDkim AddKey(string name, string record)
    {
        _keys[name] = record;
        return this;
    }

    /// <summary>What it says of the chain: none, pass or fail (empty: it could not tell), and why.</summary>
    public async Task<(string Status, string Reason)> VerifyAsync(byte[] message)
    {
        var answer = await RunAsync(Verifier, new { keys = _keys, message = Encoding.Latin1.GetString(message) });
        return (answer[0], answer[1]);
    }

    /// <summary>The message sealed by it; there must be an Authentication-Results field by <paramref name="authserv"/>.</summary>
    public async Task<byte[]> SealAsync(byte[] message, string pem, string domain, string selector, string authserv)
    {
        var answer = await RunAsync(Sealer, new { keys = _keys, message = Encoding.Latin1.GetString(message), pem, domain, selector, authserv });
        return [.. Encoding.Latin1.GetBytes(answer[0]), .. message];
    }

    private static async Task<string[]> RunAsync(string script, object asked)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", ["-c", script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        await process.StandardInput.WriteAsync(JsonSerializer.Serialize(asked));
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? JsonSerializer.Deserialize<string[]>(await output)! : throw new InvalidOperationException(await error);
    }
}
