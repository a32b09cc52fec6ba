using Amavis.Mime.Charsets;
using Amavis.Mime.Structure;

namespace Amavis.Fuzz.Targets;

/// <summary>Parameters in all their forms (RFC 2231) and encoded words (RFC 2047): bounded in number and length, decoded to one line.</summary>
internal sealed class NamesTarget : FuzzTarget
{
    public override string Name => "names";

    public override int MaxOctets => 4096;

    public override IReadOnlyList<string> Words { get; } =
    [
        "; name=", "; filename=\"", "; filename*=utf-8''", "; filename*0=", "; filename*0*=utf-16le''", "; filename*1*=", "; filename*99=", "%00", "%", "%e4", "=?utf-8?b?", "=?iso-2022-jp?q?", "?=", "=?utf-7?q?+AGE-?=", "\"", "\\",
        "(", ")", "\xe2\x80\xae", "../", ".exe", ". ", "\0", "\r\n ",
    ];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("attachment; filename=\"a.exe\"; filename*=utf-8''b%2Eexe"), Inputs.Octets("attachment; filename*0*=iso-8859-1'en'a%20; filename*1=\"b\"; filename*2*=%2Ec"),
        Inputs.Octets("application/x; name=\"=?utf-8?B?YS5leGU=?=\"; charset=us-ascii (comment)"), Inputs.Octets("x/y; name==?utf-8?q?a=2E?= =?utf-8?q?exe?=; name=z"),
        Inputs.Octets("=?shift_jis?b?g2WDWINn?= =?gb2312?q?=C4=E3?= plain =?utf-8?q?=F0=9F=98?= =?utf-8?q?=80?="),
    ];

    public override void Check(byte[] input, Random random)
    {
        var field = ContentField.Parse(input);
        var names = FileNames.Collect([field], [field]);
        FindingException.Unless(names.Count <= FileNames.MaxNames && names.All(n => n.Length is > 0 and <= FileNames.MaxLength), "more or longer names than there may be");
        foreach (var reading in ParameterValue.Readings(field, "boundary"))
            FindingException.Unless(reading.Decoded is not null && reading.Raw is not null, "a reading of nothing");
        FindingException.Unless(ParameterValue.Find(field, "name") is null == (ParameterValue.Readings(field, "name").Count == 0), "a value and no reading of it");
        _ = EncodedWords.Decode(input);
        _ = EncodedWords.AllDecodable(input);
        FindingException.Unless(!MailText.OneLine(MailText.Guess(input)).Any(char.IsControl), "a control character in a text of one line");
    }
}
