using System.Buffers;
using Amavis.Core.Messages;

namespace Amavis.Protocols.Smtp.Server;

/// <summary>
/// Message data as they come in: makes every line end in CRLF. A lone LF becomes a line end, a lone CR is dropped; both are counted.
/// After DATA it also takes the dot stuffing away and finds the end: at CRLF.CRLF or at .CRLF right at the beginning, and nowhere
/// else (RFC 5321 §4.1.1.4, §4.5.2): a dot after a lone LF, or with anything between it and the CRLFs, is content.
/// The result does not depend on how the octets are cut into pieces.
/// </summary>
public sealed class DataDecoder(DataForm form = DataForm.DotStuffed)
{
    /// <summary>Pieces shorter than this are gathered before they are handed on.</summary>
    private const int SmallPiece = 2048;

    private const int GatherOctets = 32768;

    private readonly List<long> _bareCrOffsets = [];
    private State _state = State.AfterCrLf;

    /// <summary>Nothing of the present line has been given out.</summary>
    private bool _atLineStart = true;

    private bool _eightBit;
    private bool _nul;
    private bool _leadingDots;
    private long _bareCr;
    private long _bareLf;
    private byte[]? _gathered;
    private int _gatheredLength;
    private IOctetSink? _sink;

    private enum State
    {
        /// <summary>Inside a line, or after a lone LF.</summary>
        Text,
        /// <summary>A CR was read and not given out.</summary>
        Cr,
        /// <summary>At the beginning, or after CRLF: a dot counts.</summary>
        AfterCrLf,
        /// <summary>The dot after that, dropped in any case.</summary>
        Dot,
        DotCr,
        End,
    }

    /// <summary>May change between pieces at the end of a line: a milter gives header fields in another form than bodies.</summary>
    public DataForm Form { get; set; } = form;

    /// <summary>The end of data was read.</summary>
    public bool IsComplete => _state == State.End;

    /// <summary>Octets given out; grows also while the sink drops them.</summary>
    public long Length { get; private set; }

    /// <summary>A lone CR or LF was seen.</summary>
    public bool HasBareLineEnds => _bareCr + _bareLf > 0;

    public SpoolFacts Facts => new()
    {
        EightBit = _eightBit,
        Nul = _nul,
        LeadingDots = _leadingDots,
        BareCr = _bareCr,
        BareLf = _bareLf,
        BareCrOffsets = [.. _bareCrOffsets],
    };

    /// <summary>Takes octets in, to the end of data or of the piece.</summary>
    /// <returns>How many were taken; fewer than given only when the data ended.</returns>
    public int Decode(ReadOnlySpan<byte> input, IOctetSink sink)
    {
        _sink = sink;
        var at = 0;
        while (at < input.Length && _state != State.End)
            at += _state == State.Text ? CopyRun(input[at..]) : Step(input[at]);
        HandOn();
        if (_gathered is not null)
            ArrayPool<byte>.Shared.Return(_gathered);
        (_gathered, _sink) = (null, null);
        return at;
    }

    /// <summary>The input ended without saying so itself: its last line is ended.</summary>
    public void Finish(IOctetSink sink)
    {
        _sink = sink;
        if (_state == State.Cr)
            DropCr();
        if (!_atLineStart)
            EndLine();
        _state = State.End;
        HandOn();
        if (_gathered is not null)
            ArrayPool<byte>.Shared.Return(_gathered);
        (_gathered, _sink) = (null, null);
    }

    /// <summary>Handles one octet where its place matters.</summary>
    /// <returns>1, or 0 when the octet is to be looked at again in the new state.</returns>
    private int Step(byte octet)
    {
        switch (_state)
        {
            case State.AfterCrLf when octet == '.' && Form == DataForm.DotStuffed:
                _state = State.Dot;
                return 1;
            case State.AfterCrLf:
                _state = State.Text;
                return 0;
            case State.Dot when octet == '\r':
                _state = State.DotCr;
                return 1;
            case State.Dot:
                _state = State.Text;
                return 0;
            case State.DotCr when octet == '\n':
                _state = State.End;
                return 1;
            case State.Cr when octet == '\n':
                EndLine();
                _state = State.AfterCrLf;
                return 1;
            default:
                DropCr();
                _state = State.Text;
                return 0;
        }
    }

    /// <summary>Copies to the next place that needs <see cref="Step"/>; at least one octet.</summary>
    private int CopyRun(ReadOnlySpan<byte> input)
    {
        switch (input[0])
        {
            case (byte)'\n':
                if (Form != DataForm.Text)
                    _bareLf++;
                EndLine();
                return 1;
            case (byte)'\r':
                _state = State.Cr;
                return 1;
        }

        _leadingDots |= _atLineStart && input[0] == '.';
        var found = DataRun.FirstEvent(input, ref _eightBit, ref _nul);
        var length = found < 0 ? input.Length : found + 1;
        var last = input[length - 1];
        if (last == '\r')
        {
            // Its LF is missing or not here yet. Something stands before it: a run does not begin with a CR.
            Give(input[..(length - 1)]);
            _atLineStart = input[length - 2] == '\n';
            _state = State.Cr;
            return length;
        }
        Give(input[..length]);
        _atLineStart = last == '\n';
        if (_atLineStart)
            _state = State.AfterCrLf;
        return length;
    }

    private void EndLine()
    {
        Give("\r\n"u8);
        _atLineStart = true;
    }

    private void DropCr()
    {
        _bareCr++;
        if (_bareCrOffsets.Count < SmtpLimits.BareCrOffsets)
            _bareCrOffsets.Add(Length);
    }

    private void Give(ReadOnlySpan<byte> octets)
    {
        Length += octets.Length;
        if (octets.Length > GatherOctets - _gatheredLength || (octets.Length >= SmallPiece && _gatheredLength == 0))
            HandOn();
        if (octets.Length >= SmallPiece && _gatheredLength == 0)
        {
            _sink!.Write(octets);
            return;
        }
        _gathered ??= ArrayPool<byte>.Shared.Rent(GatherOctets);
        octets.CopyTo(_gathered.AsSpan(_gatheredLength));
        _gatheredLength += octets.Length;
    }

    private void HandOn()
    {
        if (_gatheredLength > 0)
            _sink!.Write(_gathered.AsSpan(0, _gatheredLength));
        _gatheredLength = 0;
    }
}
