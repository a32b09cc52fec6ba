using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Amavis.Scanning.Sockets;

namespace Amavis.Scanning.Virus.Daemons;

/// <summary>Dr.Web's daemon: a binary question with the path of one item, and an answer to the end of the connection whose first four octets are the verdict.</summary>
internal sealed class DrWebScanner(string name, ScannerEndpoints endpoints, ScannerLimits limits, string workDirectory) : IVirusScanner
{
    public const int DefaultPort = 3000;

    private const int ScanCommand = 1;

    /// <summary>Look into archives and mail, use heuristics, name what is found in the answer.</summary>
    private const int Flags = 0x0028_0001;
    private const int NameOffset = 12;
    private const int MaxNameOctets = 255;

    public string Name => name;

    public Task<ScanOutcome> ScanAsync(IReadOnlyList<ScanItem> items, Func<string, bool>? isEnough, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        return ScanDirectory.UseAsync(workDirectory, items, files => ScanAsync(files.Path, items, isEnough, cancellationToken), cancellationToken);
    }

    private async Task<ScanOutcome> ScanAsync(string directory, IReadOnlyList<ScanItem> items, Func<string, bool>? isEnough, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        var budget = limits.VirusBudget(items.Sum(i => i.Content.Length));
        foreach (var item in items)
        {
            var question = Question(Path.Combine(directory, item.Name));
            var (outcome, failure) = await endpoints.UseAsync(budget, (socket, _, token) => AskAsync(socket, question, token), cancellationToken);
            if (outcome is null)
                return names.Count > 0 ? new ScanOutcome.Infected(names) : new ScanOutcome.Failed(failure!);
            if (outcome is not ScanOutcome.Infected found)
                continue;
            names.AddRange(found.Names.Where(n => !names.Contains(n)));
            if (isEnough is not null && names.Exists(n => isEnough(n)))
                break;
        }
        return names.Count > 0 ? new ScanOutcome.Infected(names) : ScanOutcome.Clean.Instance;
    }

    /// <summary>Numbers are big-endian; two empty fields end it.</summary>
    private static byte[] Question(string path)
    {
        var octets = Encoding.UTF8.GetBytes(path);
        var question = new byte[12 + octets.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(question, ScanCommand);
        BinaryPrimitives.WriteInt32BigEndian(question.AsSpan(4), Flags);
        BinaryPrimitives.WriteInt32BigEndian(question.AsSpan(8), octets.Length);
        octets.CopyTo(question, 12);
        return question;
    }

    private async Task<ScanOutcome> AskAsync(Socket socket, byte[] question, CancellationToken cancellationToken)
    {
        await socket.SendAllAsync(question, cancellationToken);
        var answer = new byte[limits.VirusReplyOctets];
        var length = 0;
        while (await socket.ReceiveAsync(answer.AsMemory(length), SocketFlags.None, cancellationToken) is var read and > 0)
        {
            length += read;
            if (length == answer.Length)
                throw new ScannerFaultException("the answer is too long");
        }
        return OutcomeOf(answer.AsSpan(0, length));
    }

    /// <summary>Anything that is not one of the known verdicts is a failure, never clean.</summary>
    private static ScanOutcome OutcomeOf(ReadOnlySpan<byte> answer) => answer switch
    {
        [0, 0x00 or 0x01, 0x00 or 0x10, 0x20 or 0x40 or 0x80, ..] => new ScanOutcome.Infected([NameIn(answer)]),
        [0, 0x10 or 0x11, 0x00 or 0x10, 0, ..] => ScanOutcome.Clean.Instance,
        _ => throw new ScannerFaultException("not a verdict: " + Convert.ToHexString(answer[..Math.Min(answer.Length, 16)])),
    };

    private static string NameIn(ReadOnlySpan<byte> answer)
    {
        const string Words = "infected with ";
        if (answer.Length <= NameOffset)
            return "";
        var text = answer[NameOffset..];
        var end = text.IndexOf((byte)0);
        var octets = end < 0 ? text : text[..end];
        var name = AnswerText.Short(Encoding.Latin1.GetString(octets[..Math.Min(octets.Length, MaxNameOctets)]));
        return (name.StartsWith(Words, StringComparison.Ordinal) ? name[Words.Length..] : name).Trim();
    }
}
