using System.Globalization;
using System.Text;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;

namespace Amavis.Protocols.Tests.Smtp.Server;

/// <summary>
/// A session as text. <c>S:</c> a reply line, exactly, or up to a final <c>…</c>; <c>C:</c> a line sent, with CRLF; <c>X:</c>
/// octets sent, with escapes and nothing added; <c>L:</c> a log line as <c>level id text</c>, escaped (when there is one, all
/// must be there); <c>!</c> a setting; <c>#</c> a comment.
/// </summary>
internal sealed class Transcript
{
    private readonly List<byte> _sent = [];

    public Settings Settings { get; private set; } = new();

    public bool Lmtp { get; private set; }

    public bool Unix { get; private set; }

    public byte[] Sent => [.. _sent];

    public List<string> Replies { get; } = [];

    public List<string> LogLines { get; } = [];

    public static Transcript Read(string path)
    {
        var transcript = new Transcript();
        foreach (var line in File.ReadAllLines(path))
        {
            var text = line.Length > 3 ? line[3..] : "";
            switch (line.Length > 1 ? line[..2] : line)
            {
                case "S:": transcript.Replies.Add(text); break;
                case "C:": transcript._sent.AddRange(Encoding.UTF8.GetBytes(text + "\r\n")); break;
                case "X:": transcript._sent.AddRange(Unescape(text)); break;
                case "L:": transcript.LogLines.Add(text); break;
                case "! ": transcript.Apply(line[2..].Split(' ', 2)); break;
                case "# " or "#" or "": break;
                default: throw new FormatException($"{path}: {line}");
            }
        }
        return transcript;
    }

    public static bool Matches(string expected, string reply) =>
        expected.EndsWith('…') ? reply.StartsWith(expected[..^1], StringComparison.Ordinal) : reply == expected;

    private static byte[] Unescape(string text)
    {
        var octets = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                octets.AddRange(Encoding.UTF8.GetBytes(text[i].ToString()));
                continue;
            }
            switch (text[++i])
            {
                case 'r': octets.Add((byte)'\r'); break;
                case 'n': octets.Add((byte)'\n'); break;
                case 'x':
                    octets.Add(byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber));
                    i += 2;
                    break;
                case '\\': octets.Add((byte)'\\'); break;
                default: throw new FormatException(text);
            }
        }
        return [.. octets];
    }

    private void Apply(string[] words)
    {
        var value = words.Length > 1 ? words[1] : "";
        switch (words[0])
        {
            case "lmtp": Lmtp = true; break;
            case "unix": Unix = true; break;
            case "log_level": Settings = Settings with { LogLevel = int.Parse(value) }; break;
            case "discard": Settings = Settings with { SmtpdDiscardEhloKeywords = [.. value.Split(' ')] }; break;
            case "size_limit": Settings = Settings with { SmtpdMessageSizeLimit = long.Parse(value) }; break;
            case "no_64kb_min": Settings = Settings with { EnforceSmtpdMessageSizeLimit64kbMin = false }; break;
            case "recipient_limit": Settings = Settings with { SmtpdRecipientLimit = int.Parse(value) }; break;
            case "greeting": Settings = Settings with { SmtpdGreetingBanner = value }; break;
            case "auth": Settings = Settings with { AuthMechAvail = value.Split(' ') }; break;
            case "auth_required": Settings = Settings with { AuthRequiredInp = true }; break;
            case "tls": Settings = Settings with { TlsSecurityLevelIn = Enum.Parse<TlsLevel>(value) }; break;
            case "bare_line_ends": Settings = Settings with { SmtpdBareLineEnds = Enum.Parse<BareLineEnds>(value) }; break;
            case "recipient_size":
                Settings = Settings with
                {
                    MessageSizeLimitMaps = new LookupMaps([new HashTable(value.Split(' ').Select(w => w.Split('='))
                        .Select(w => KeyValuePair.Create(w[0], (LookupValue?)new LookupValue(w[1]))))]),
                };
                break;
            case "oversized":
                Settings = Settings with
                {
                    FinalDestinyMapsByCcatOver = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?>
                    {
                        [ContentCategory.Oversized] = LookupMaps.Constant((double)(int)Enum.Parse<Destiny>(value)),
                    }),
                };
                break;
            default: throw new FormatException("unknown setting " + words[0]);
        }
    }
}
