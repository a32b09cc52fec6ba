namespace Amavis.Protocols.Smtp.Client;

/// <summary>Why there is no reply.</summary>
internal enum WireFault
{
    None,
    /// <summary>End of stream, reset, or another fault of the connection.</summary>
    Closed,
    TimedOut,
    /// <summary>Not SMTP, or beyond the limits: where the next reply begins is not known.</summary>
    Malformed,
}

/// <summary>A reply of the next hop, or why there is none.</summary>
/// <param name="Text">Without the basic code, the lines of a longer reply joined by blanks; printable US-ASCII only.</param>
/// <param name="Detail">What is wrong, for replies and the log; empty without a fault.</param>
internal readonly record struct ServerReply(WireFault Fault, int Code, string Text, string Detail)
{
    public static ServerReply Of(int code, string text) => new(WireFault.None, code, text, "");

    public static ServerReply Faulty(WireFault fault, string detail) => new(fault, 0, "", detail);

    public bool IsFault => Fault != WireFault.None;
    public bool IsSuccess => Code is >= 200 and < 300;
    public bool IsTempFail => Code is >= 400 and < 500;
    public bool IsNegative => Code is >= 400 and < 600;

    /// <summary>RFC 5321 §3.8: the server closes the connection after this.</summary>
    public bool IsClosing => Code == 421;

    /// <summary>The reply as one line.</summary>
    public string Line => Text.Length == 0 ? Code.ToString() : $"{Code} {Text}";

    /// <summary>The enhanced code (RFC 3463) the text begins with, when it fits the basic code; else null.</summary>
    public string? EnhancedCode
    {
        get
        {
            var length = EnhancedLength(Text);
            return length > 0 && Text[0] - '0' == Code / 100 ? Text[..length] : null;
        }
    }

    /// <summary>Length of <c>d.ddd.ddd</c> at the start of a text, 0 when there is none.</summary>
    public static int EnhancedLength(ReadOnlySpan<char> text)
    {
        if (text.Length < 5 || text[0] is not ('2' or '4' or '5') || text[1] != '.')
            return 0;
        var at = 2;
        if (!Digits(text, ref at) || at >= text.Length || text[at++] != '.' || !Digits(text, ref at))
            return 0;
        return at == text.Length || text[at] == ' ' ? at : 0;
    }

    private static bool Digits(ReadOnlySpan<char> text, ref int at)
    {
        var start = at;
        while (at < text.Length && at - start < 3 && char.IsAsciiDigit(text[at]))
            at++;
        return at > start;
    }
}
