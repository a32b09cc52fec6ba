using System.Buffers;
using System.Globalization;
using Amavis.Core.Messages;

namespace Amavis.Protocols.AmPdp;

/// <summary>An answer to a request: attributes with their fields, in order.</summary>
public sealed class AmPdpReply
{
    /// <summary>Characters of a failure text that are sent.</summary>
    private const int MaxFailureText = 500;

    private readonly List<(string Name, string[] Fields)> _attributes = [];

    /// <summary>What the client is told when a request could not be handled.</summary>
    public static AmPdpReply Failure(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new AmPdpReply()
            .Add("setreply", "450", "4.5.0", "Failure: " + text[..Math.Min(text.Length, MaxFailureText)])
            .Add("return_value", "tempfail")
            .Add("exit_code", "75");
    }

    /// <summary>The answer to a release: one reply for each recipient, nothing else.</summary>
    public static AmPdpReply Release(IReadOnlyList<SmtpReply> replies)
    {
        ArgumentNullException.ThrowIfNull(replies);
        var reply = new AmPdpReply();
        foreach (var each in replies)
            reply.SetReply(each);
        return replies.Count > 0 ? reply : reply.SetReply(new SmtpReply(250, "2.5.0 No recipients, nothing to do"));
    }

    /// <summary>Appends one attribute.</summary>
    public AmPdpReply Add(string name, params string[] fields)
    {
        _attributes.Add((name, fields));
        return this;
    }

    /// <summary>Appends <c>setreply</c>; an enhanced code that is missing becomes <c>x.0.0</c>.</summary>
    public AmPdpReply SetReply(SmtpReply reply)
    {
        var (enhanced, words) = Split(reply.Text);
        return Add("setreply", reply.Code.ToString(CultureInfo.InvariantCulture), enhanced ?? $"{reply.Code / 100}.0.0", words);
    }

    /// <summary>Writes the whole reply.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(Encode().Span);
    }

    internal ReadOnlyMemory<byte> Encode()
    {
        var writer = new AmPdpWriter();
        foreach (var (name, fields) in _attributes)
            writer.Attribute(name, fields);
        writer.End();
        return writer.Written;
    }

    /// <summary>Takes the enhanced code (RFC 3463) off the words of a reply; null when there is none.</summary>
    internal static (string? Enhanced, string Words) Split(string text)
    {
        var blank = text.IndexOf(' ');
        var first = blank < 0 ? text : text[..blank];
        var parts = first.Split('.');
        var isCode = parts.Length == 3 && parts[0] is "2" or "4" or "5" && parts.AsSpan(1).IndexOf("") < 0
            && parts.All(p => p.Length <= 3 && p.All(char.IsAsciiDigit));
        return isCode ? (first, blank < 0 ? "" : text[(blank + 1)..]) : (null, text);
    }
}
