namespace Amavis.Dkim.Canonicalization;

/// <summary>Takes a body in pieces and gives its canonical form in pieces.</summary>
internal sealed class BodyCanonicalizer(CanonicalForm form, BodyCanonicalizer.Sink take)
{
    /// <summary>Gets a piece; it is gone when the call returns.</summary>
    public delegate void Sink(ReadOnlySpan<byte> octets);

    private const byte Cr = (byte)'\r';
    private const byte Lf = (byte)'\n';
    private static ReadOnlySpan<byte> Breaks => "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n"u8;

    /// <summary>Line ends that count only when something follows them.</summary>
    private long _breaks;
    /// <summary>A CR that a LF may follow.</summary>
    private bool _cr;
    /// <summary>Blanks that count only when something follows them on the line; relaxed form.</summary>
    private bool _blank;
    private bool _any;

    public void Write(ReadOnlySpan<byte> octets)
    {
        if (form == CanonicalForm.Simple)
            WriteSimple(octets);
        else
            WriteRelaxed(octets);
    }

    public void Finish()
    {
        if (_cr)
            Content([Cr]);
        _cr = false;
        // A body ends in one line end, an empty one is a line end in the simple form and nothing in the relaxed one.
        if (_any || form == CanonicalForm.Simple)
            take("\r\n"u8);
    }

    private void WriteSimple(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            if (Step(octets[0]))
            {
                octets = octets[1..];
                continue;
            }
            // Everything up to the last octet that is no line end stays as it is.
            var length = octets.LastIndexOfAnyExcept(Cr, Lf) + 1;
            if (length == 0)
                length = 1; // A lone LF.
            Content(octets[..length]);
            octets = octets[length..];
        }
    }

    /// <summary>
    /// Between two places where blanks are to be taken away, text goes on as it is. The next such place of each kind is searched once,
    /// so that the work is linear and done by wide comparisons.
    /// </summary>
    private void WriteRelaxed(ReadOnlySpan<byte> octets)
    {
        var at = 0;
        var (tab, blanks, atEnd) = (-1, -1, -1);
        while (at < octets.Length)
        {
            if (Step(octets[at]))
            {
                at++;
                continue;
            }
            tab = Next(octets, tab, at, "\t"u8);
            blanks = Next(octets, blanks, at, "  "u8);
            atEnd = Next(octets, atEnd, at, " \r"u8);
            var clean = octets[at..Math.Min(tab, Math.Min(blanks, atEnd))];
            var length = clean.LastIndexOfAnyExcept(" \t\r\n"u8) + 1;
            if (length == 0)
                length = 1; // A lone LF.
            Content(clean[..length]);
            at += length;
        }
    }

    private static int Next(ReadOnlySpan<byte> octets, int known, int from, ReadOnlySpan<byte> pattern)
    {
        if (known >= from)
            return known;
        var found = octets[from..].IndexOf(pattern);
        return found < 0 ? octets.Length : from + found;
    }

    /// <summary>Takes note of an octet that may turn out to mean nothing; false: it is content, with nothing open before it on its line but blanks.</summary>
    private bool Step(byte octet)
    {
        if (_cr)
        {
            _cr = false;
            if (octet == Lf)
            {
                _blank = false;
                _breaks++;
                return true;
            }
            Content([Cr]);
        }
        if (octet == Cr)
        {
            _cr = true;
            return true;
        }
        if (form == CanonicalForm.Relaxed && (octet is (byte)' ' or (byte)'\t'))
        {
            _blank = true;
            return true;
        }
        return false;
    }

    private void Content(ReadOnlySpan<byte> octets)
    {
        for (; _breaks > 0; _breaks -= Math.Min(_breaks, Breaks.Length / 2))
            take(Breaks[..(int)(Math.Min(_breaks, Breaks.Length / 2) * 2)]);
        if (_blank)
            take(" "u8);
        _blank = false;
        _any = true;
        take(octets);
    }
}
