using System.Globalization;
using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Protocols.Smtp.Client;

namespace Amavis.Engine.Delivery.Methods;

/// <summary>The text after <c>pipe:</c>, taken apart at blanks as Postfix does: attributes, then <c>argv=</c> and everything after it.</summary>
/// <param name="User">Account to run under; null: ours.</param>
/// <param name="Words">Program and arguments with their placeholders.</param>
internal sealed record PipeCommand(string? User, IReadOnlyList<string> Words)
{
    private const string Sender = "${sender}";
    private const string Recipient = "${recipient}";

    public static bool TryParse(string text, out PipeCommand? command, out string fault)
    {
        command = null;
        fault = "";
        var words = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        string? user = null;
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i].StartsWith("argv=", StringComparison.Ordinal))
            {
                string[] argv = [words[i]["argv=".Length..], .. words.AsSpan(i + 1)];
                command = new PipeCommand(user, argv[0].Length == 0 ? argv[1..] : argv);
                if (command.Words.Count > 0)
                    return true;
                break;
            }
            if (words[i].StartsWith("user=", StringComparison.Ordinal))
                user = words[i]["user=".Length..];
            else if (!words[i].StartsWith("flags=", StringComparison.Ordinal))
            {
                fault = $"pipe: \"{words[i]}\" is not known; there are flags=, user= and argv=";
                return false;
            }
        }
        command = null;
        fault = "pipe: needs argv= with a program";
        return false;
    }

    /// <summary>The arguments for a delivery, the program first.</summary>
    /// <param name="fault">Why there are none: an address that a program would take for an option.</param>
    public IReadOnlyList<string>? Arguments(SmtpDelivery delivery, out string fault)
    {
        fault = "";
        var arguments = new List<string> { Words[0] };
        if (Words[0].Contains("sendmail", StringComparison.Ordinal))
            arguments.AddRange(DsnOptions(delivery));
        var afterOptions = false;
        foreach (var word in Words.Skip(1))
        {
            var filled = Fill(word, delivery).ToList();
            // RFC 5321 allows a local part with a dash in front; an option is not what the administrator meant.
            if (!afterOptions && word.StartsWith("${", StringComparison.Ordinal) && filled.Find(a => a.StartsWith('-')) is { } option)
            {
                fault = $"the address {option} would be taken for an option; put -- before {word}";
                return null;
            }
            afterOptions |= word == "--";
            arguments.AddRange(filled);
        }
        return arguments;
    }

    private static IEnumerable<string> Fill(string word, SmtpDelivery delivery)
    {
        var filled = word.Replace(Sender, delivery.Sender.IsNull ? "<>" : delivery.Sender.Smtp, StringComparison.Ordinal);
        return word.Contains(Recipient, StringComparison.Ordinal)
            ? delivery.Recipients.Select(r => word.Replace(Recipient, r.Address.Smtp, StringComparison.Ordinal).Replace(Sender, delivery.Sender.IsNull ? "<>" : delivery.Sender.Smtp, StringComparison.Ordinal))
            : [filled];
    }

    /// <summary>ENVID and NOTIFY as sendmail(1) takes them.</summary>
    private static IEnumerable<string> DsnOptions(SmtpDelivery delivery)
    {
        if (!delivery.PropagateDsn)
            yield break;
        if (delivery.DsnEnvelopeId is { Length: > 0 } id)
        {
            yield return "-V";
            yield return Protocols.Smtp.Xtext.Decode(id);
        }
        var notify = delivery.Recipients.Select(r => r.Notify).Distinct().ToList();
        if (notify is not [var all] || all is DsnNotify.Unspecified or (DsnNotify.Failure | DsnNotify.Delay))
            yield break;
        yield return "-N";
        yield return all.HasFlag(DsnNotify.Never) ? "never" : all.ToString().Replace(" ", "", StringComparison.Ordinal).ToLower(CultureInfo.InvariantCulture);
    }
}
