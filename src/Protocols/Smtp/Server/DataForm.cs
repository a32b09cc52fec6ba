namespace Amavis.Protocols.Smtp.Server;

/// <summary>What message octets look like as they come in.</summary>
public enum DataForm
{
    /// <summary>After DATA: lines end in CRLF, dots are doubled, a lone dot ends the message.</summary>
    DotStuffed,

    /// <summary>Lines end in CRLF, nothing is doubled, the end is told otherwise (milter bodies).</summary>
    Plain,

    /// <summary>As <see cref="Plain"/>, and an LF ends a line as well as CRLF: that is no fault there (files, milter header fields).</summary>
    Text,
}
