using Amavis.Core.Addresses;
using Amavis.Core.Policy;
using Amavis.Mime.Charsets;
using Amavis.Mime.Editing;
using Amavis.Mime.Headers;
using Amavis.Scanning.Headers;
using Amavis.Testing;

namespace Amavis.Fuzz.Targets;

/// <summary>Header sections: what they say, what is wrong with them, and that nothing changes where nothing is to be changed.</summary>
internal sealed class HeaderTarget : FuzzTarget
{
    private static readonly IReadOnlySet<string> AllTests = new HashSet<string>
    {
        "other", "mime", "syntax", "empty", "long", "control", "8bit", "utf8", "missing", "multiple",
    };

    public override string Name => "header";

    public override IReadOnlyList<string> Words { get; } =
    [
        "\r\n", "\r\n ", "\r\n\t\r\n", ": ", "From: ", "To: ", "Subject: ", "Received: from a (b [192.0.2.1]) by c with ESMTP id d for <e@f>; ", "References: <", "=?iso-8859-1?q?",
        "=?utf-8?b?", "?=", "Message-ID: <a@b>", "Precedence: bulk", "List-Id: ", "Auto-Submitted: ", "<>", "\"", "(", "\\", "[IPv6:2001:db8::1]",
    ];

    public override IEnumerable<byte[]> Seeds() => Inputs.Mail();

    public override void Check(byte[] input, Random random)
    {
        using var spool = new MemorySpool(input, chunkOctets: random.Next(1, 4096));
        var header = HeaderSection.Read(spool);
        FindingException.Unless(header.BodyOffset >= 0 && header.BodyOffset <= input.Length, $"the body begins at {header.BodyOffset} of {input.Length}");
        HeaderFacts.Collect(header, MailAddress.Null);
        HeaderCheck.Run(new HeaderCheckInput { Header = header, Facts = spool.Facts, AllowedTests = AllTests });
        foreach (var field in header.Fields)
        {
            FindingException.Unless(!field.Decoded().AsSpan().ContainsAny('\r', '\n'), "a line end in a decoded field");
            EncodedWords.Decode(field.BodyOctets);
            ReceivedHop.Parse(field.UnfoldedOctets());
            MessageIds.Parse(field.Unfolded());
        }
        // Nothing to change: every octet goes out.
        var same = new EditedMessage(spool, header, new HeaderEdits(), HeaderRendering.Default);
        var output = new MemoryStream();
        foreach (var chunk in same.Chunks())
            output.Write(chunk.Span);
        if (header.SeparatorLength == 2)
            FindingException.Unless(output.ToArray().AsSpan().SequenceEqual(input), "changed without an edit");
        FindingException.Unless(same.Length == output.Length, "another length than said");
    }
}
