using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Amavis.Cli.Dkim;
using Amavis.Dkim.Keys;

namespace Amavis.Cli.Commands;

/// <summary><c>amavis dkim genrsa FILE [BITS]</c> and <c>amavis dkim genkey --type ed25519 FILE</c>: a new private key in a new file.</summary>
internal sealed class DkimGenkeyCommand : Command
{
    private const int DefaultBits = 2048;

    private readonly Argument<string> _file = new("FILE") { Description = "the key's file, which must not exist yet; it is made for its owner only" };
    private readonly Argument<int?> _bits = new("BITS") { Description = $"length of an RSA key, {KeyFile.LeastBits} to {KeyFile.MostBits} (default {DefaultBits})", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _type = new("--type") { Description = "rsa or ed25519", DefaultValueFactory = _ => "rsa", HelpName = "TYPE" };

    public DkimGenkeyCommand(string name, string description, bool withType) : base(name, description)
    {
        Arguments.Add(_file);
        Arguments.Add(_bits);
        if (withType)
        {
            _type.AcceptOnlyFromAmong("rsa", "ed25519");
            Options.Add(_type);
        }
        SetAction(parsed => Run(new CommandContext(parsed), parsed.GetValue(_file)!, parsed.GetValue(_bits), withType ? parsed.GetValue(_type)! : "rsa"));
    }

    private static int Run(CommandContext context, string file, int? bits, string type)
    {
        if (Fault(type, bits) is { } fault)
        {
            context.Fail(fault);
            return ExitCodes.WrongUsage;
        }
        try
        {
            using var key = type == "rsa" ? SigningKey.GenerateRsa(bits ?? DefaultBits) : SigningKey.GenerateEd25519();
            KeyFile.Write(file, key);
            if (context.Json)
                context.WriteJson(new JsonObject { ["ok"] = true, ["file"] = file, ["type"] = key.KeyType, ["bits"] = key.Bits });
            else
                context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Private {(type == "rsa" ? "RSA" : "Ed25519")} key of {key.Bits} bits written to {file}"));
            return ExitCodes.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return context.Fail(File.Exists(file) ? $"{file} exists already; a key is never written over" : $"{file} can't be made: {e.Message}");
        }
        catch (CryptographicException e)
        {
            return context.Fail($"no key can be made here: {e.Message}");
        }
    }

    private static string? Fault(string type, int? bits) => (type, bits) switch
    {
        ("ed25519", not null) => "an Ed25519 key has a fixed length; leave BITS out",
        (_, < KeyFile.LeastBits or > KeyFile.MostBits) => $"BITS has to be {KeyFile.LeastBits} to {KeyFile.MostBits}; 2048 is a good choice",
        (_, { } odd) when odd % 8 != 0 => "BITS has to be a multiple of 8",
        _ => null,
    };
}
