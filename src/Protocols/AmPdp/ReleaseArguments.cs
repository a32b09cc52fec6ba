using System.Globalization;
using Amavis.Core.Addresses;

namespace Amavis.Protocols.AmPdp;

/// <summary>The words of the release command: <c>mail_file [secret_id [recipient ...]]</c>.</summary>
public static class ReleaseArguments
{
    private const int ShortestId = 12;
    private const int LongestId = 16;

    /// <summary>The name a command was called by decides what it asks for.</summary>
    public static ReleaseKind KindOf(string programName)
    {
        ArgumentNullException.ThrowIfNull(programName);
        return programName.EndsWith("report", StringComparison.OrdinalIgnoreCase) ? ReleaseKind.Report
            : programName.EndsWith("requeue", StringComparison.OrdinalIgnoreCase) ? ReleaseKind.Requeue
            : ReleaseKind.Release;
    }

    /// <summary>Reads the words of a command line; a second word with an at sign is a recipient.</summary>
    /// <returns>False when there is no word, or one that no request can carry.</returns>
    public static bool TryParse(ReleaseKind kind, IReadOnlyList<string> words, out ReleaseRequest? request, out string fault)
    {
        ArgumentNullException.ThrowIfNull(words);
        var hasSecret = words.Count > 1 && !words[1].Contains('@');
        return TryMake(kind, words, hasSecret, out request, out fault);
    }

    /// <summary>Reads one line of standard input: the second word is always the secret_id. Blank lines and comments give no request and no fault.</summary>
    public static bool TryParseLine(ReleaseKind kind, string line, out ReleaseRequest? request, out string fault)
    {
        ArgumentNullException.ThrowIfNull(line);
        var words = line.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        request = null;
        fault = "";
        return words.Length == 0 || words[0].StartsWith('#') || TryMake(kind, words, words.Length > 1, out request, out fault);
    }

    /// <summary>Takes a quarantine location apart: <c>spam/U/spam-UM3XM3XDbN52.gz[25]</c>.</summary>
    public static (string MailId, char? QuarantineType, string MailFile, string? PartitionTag) ReadLocation(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        string? tag = null;
        var bracket = location.LastIndexOf('[');
        if (bracket > 0 && location.EndsWith(']'))
        {
            tag = location[(bracket + 1)..^1];
            location = location[..bracket];
        }
        var slash = location.LastIndexOf('/');
        var name = location[(slash + 1)..];
        if (name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) && name.Length > 3)
            name = name[..^3];
        // Upper case means an ordinary file, as to the server, which opens by the ending in lower case.
        char? type = location.EndsWith(".gz", StringComparison.Ordinal) ? 'Z' : slash >= 0 ? 'F' : null;
        return (IdOf(name), type, location, tag);
    }

    /// <summary>What follows the longest prefix ending in a hyphen or underscore that leaves an id; the whole name when there is none.</summary>
    private static string IdOf(string name)
    {
        for (var length = ShortestId; length <= LongestId && length < name.Length; length++)
            if (name[^(length + 1)] is '-' or '_' && name.AsSpan(name.Length - length).IndexOfAnyExcept(IdCharacters) < 0)
                return name[^length..];
        return name;
    }

    private static readonly System.Buffers.SearchValues<char> IdCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-=");

    private static bool TryMake(ReleaseKind kind, IReadOnlyList<string> words, bool hasSecret, out ReleaseRequest? request, out string fault)
    {
        request = null;
        if (words.Count == 0)
        {
            fault = "Not enough arguments";
            return false;
        }
        var (mailId, type, mailFile, tagText) = ReadLocation(words[0]);
        var tag = 0;
        if (!string.IsNullOrEmpty(tagText) && !int.TryParse(tagText, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out tag))
        {
            fault = $"[{tagText}] is not a partition tag";
            return false;
        }
        var recipients = new List<MailAddress>();
        foreach (var word in words.Skip(hasSecret ? 2 : 1))
        {
            if (AmPdpAddress.Read(word) is not { IsNull: false } recipient)
            {
                fault = $"\"{word}\" is not a recipient";
                return false;
            }
            recipients.Add(recipient);
        }
        request = new ReleaseRequest
        {
            Kind = kind,
            MailId = mailId,
            QuarantineType = type,
            SecretId = hasSecret && words[1].Length > 0 ? words[1] : null,
            MailFile = mailFile,
            PartitionTag = string.IsNullOrEmpty(tagText) ? null : tag,
            Recipients = recipients,
        };
        fault = "";
        return true;
    }
}
