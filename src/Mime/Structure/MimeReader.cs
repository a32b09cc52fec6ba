using System.Buffers;
using Amavis.Mime.Transfer;

namespace Amavis.Mime.Structure;

/// <summary>
/// Reads the MIME structure (RFC 2045, RFC 2046) of a message that is pushed through it in pieces of any size. Line ends are
/// CRLF; a lone LF is tolerated as one. Any octets may come; the work is linear in their number, whatever the depth and the
/// number of parts. One reader reads one message and is not shared between threads.
/// </summary>
public sealed class MimeReader
{
    /// <summary>Defects kept; further ones are dropped.</summary>
    public const int MaxDefects = 1000;

    /// <summary>Octets kept of a line in a body that may be a delimiter or belong to an embedded file.</summary>
    private const int MaxBodyLine = EntityInterpreter.MaxBoundary + 128;

    private readonly MimeReaderOptions _options;
    private readonly List<MimeEntity> _entities = [];
    private readonly List<MimeDefect> _defects = [];
    private readonly OpenMultiparts _open = new();
    private readonly ContentHeader _header = new();
    private readonly EmbeddedFiles _embedded;
    private readonly ArrayBufferWriter<byte> _held = new(256);
    private readonly Action<MimeDefectKind> _reportHere;
    private MimeEntity _current;
    private Mode _mode = Mode.Header;
    private bool _inLine;
    private byte _previousOctet;
    private long _position;
    private long _lineOffset;
    private int _lastLineEnd;
    private bool _gaveUp;

    public MimeReader()
        : this(MimeReaderOptions.Default)
    {
    }

    public MimeReader(MimeReaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _embedded = new EmbeddedFiles(NewEmbedded, (kind, offset, entity) => Report(kind, offset, entity));
        _reportHere = kind => Report(kind, _current!.Header.Offset, _current);
        _current = new MimeEntity(0, null, 0);
        _entities.Add(_current);
    }

    private enum Mode
    {
        /// <summary>In a header section: every line counts.</summary>
        Header,
        /// <summary>In a text that may hold embedded files: every line counts.</summary>
        Text,
        /// <summary>In other bodies, preambles, epilogues: only lines that begin with two hyphens count.</summary>
        Body,
        /// <summary>Too many parts.</summary>
        Stopped,
    }

    /// <summary>Reads a message that is in memory as a whole.</summary>
    public static MimeTree Read(ReadOnlySpan<byte> message, MimeReaderOptions? options = null)
    {
        var reader = new MimeReader(options ?? MimeReaderOptions.Default);
        reader.Write(message);
        return reader.Finish();
    }

    /// <summary>Reads a message that comes in pieces.</summary>
    public static MimeTree Read(IEnumerable<ReadOnlyMemory<byte>> chunks, MimeReaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(chunks);
        var reader = new MimeReader(options ?? MimeReaderOptions.Default);
        foreach (var chunk in chunks)
            reader.Write(chunk.Span);
        return reader.Finish();
    }

    /// <summary>Takes the next piece.</summary>
    public void Write(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            var used = _mode switch
            {
                Mode.Stopped => octets.Length,
                Mode.Body when _inLine => SkipToDelimiter(octets),
                Mode.Body => BeginLine(octets),
                _ => TakeLine(octets),
            };
            if (used == 0)
                continue; // Only the mode changed.
            _position += used;
            _previousOctet = octets[used - 1];
            octets = octets[used..];
        }
    }

    /// <summary>Ends the message.</summary>
    public MimeTree Finish()
    {
        if (_mode != Mode.Stopped && _lineOffset < _position && !_inLine)
            Line(_held.WrittenSpan, isCut: _held.WrittenCount < _position - _lineOffset, _position);
        if (_mode == Mode.Header)
            EndHeader(_position, _position, isEnded: false);
        CloseLevels(0, _position, MimeDefectKind.NoClosingDelimiter);
        EndBodies(null, _position);
        _mode = Mode.Stopped;
        return new MimeTree(_options, _entities, _defects, _gaveUp, _position);
    }

    /// <summary>Takes a line up to its line end, or holds what there is of it.</summary>
    private int TakeLine(ReadOnlySpan<byte> octets)
    {
        var end = octets.IndexOf((byte)'\n') + 1;
        if (end == 0)
        {
            Hold(octets);
            return octets.Length;
        }
        var lineEnd = _position + end;
        if (_held.WrittenCount == 0)
        {
            Line(octets[..end], isCut: false, lineEnd);
        }
        else
        {
            Hold(octets[..end]);
            Line(_held.WrittenSpan, isCut: _held.WrittenCount < lineEnd - _lineOffset, lineEnd);
            _held.ResetWrittenCount();
        }
        return end;
    }

    /// <summary>In a body at the start of a line: holds it when it may be a delimiter, else lets it go.</summary>
    private int BeginLine(ReadOnlySpan<byte> octets)
    {
        var held = _held.WrittenCount;
        if (held < 2)
        {
            if (octets[0] == '-')
            {
                if (held == 1 || octets.Length == 1)
                {
                    Hold(octets[..1]);
                    return 1;
                }
                if (octets[1] == '-')
                    return TakeLine(octets);
            }
            _held.ResetWrittenCount();
            _inLine = true;
            return 0;
        }
        return TakeLine(octets);
    }

    /// <summary>Looks for the next line that begins with two hyphens.</summary>
    private int SkipToDelimiter(ReadOnlySpan<byte> octets)
    {
        var at = _open.Count == 0 ? -1 : octets.IndexOf("\n--"u8);
        if (at < 0)
        {
            // What may be the start of such a line lies at the very end, if anywhere.
            at = octets.EndsWith("\n"u8) ? octets.Length - 1 : octets.EndsWith("\n-"u8) ? octets.Length - 2 : -1;
            if (at < 0)
                return octets.Length;
        }
        _lastLineEnd = (at > 0 ? octets[at - 1] : _previousOctet) == '\r' ? 2 : 1;
        _lineOffset = _position + at + 1;
        _inLine = false;
        return at + 1;
    }

    private void Hold(ReadOnlySpan<byte> octets)
    {
        var room = (_mode == Mode.Header ? ContentHeader.MaxField : MaxBodyLine) - _held.WrittenCount;
        if (room > 0)
            _held.Write(octets[..Math.Min(room, octets.Length)]);
    }

    /// <summary>A whole line with its line end, or the first octets of one too long.</summary>
    private void Line(ReadOnlySpan<byte> line, bool isCut, long end)
    {
        var offset = _lineOffset;
        if (_mode == Mode.Header)
            OnHeaderLine(line, isCut, offset, end);
        else if (!TryDelimiter(line, isCut, offset, end) && _mode == Mode.Text)
            _embedded.Line(line, offset, end);
        _lastLineEnd = line.EndsWith("\r\n"u8) ? 2 : 1;
        _lineOffset = end;
    }

    private void OnHeaderLine(ReadOnlySpan<byte> line, bool isCut, long offset, long end)
    {
        var text = line.TrimEnd("\r\n"u8);
        if (text.IsEmpty && !isCut)
        {
            EndHeader(offset, end, isEnded: true);
            return;
        }
        if (TryDelimiter(line, isCut, offset, end))
            return;
        var kind = text.IsEmpty ? HeaderLine.NonField : _header.Take(text, isCut);
        if (kind == HeaderLine.BlankContinuation)
        {
            Report(MimeDefectKind.BlankLineInHeader, offset, _current);
            if (_options.HeaderEnding == HeaderEnding.BlankLine)
                EndHeader(offset, end, isEnded: true);
        }
        else if (kind == HeaderLine.NonField)
        {
            // In the header section of the message the header check complains by itself; mbox lines are harmless.
            if (_current.Parent is not null)
                Report(MimeDefectKind.HeaderUnparsable, offset, _current);
            else if (!text.StartsWith("From "u8) && !text.StartsWith(">From "u8))
                Report(MimeDefectKind.NonFieldLine, offset, _current);
            if (_options.HeaderEnding != HeaderEnding.NonField)
                return;
            EndHeader(offset, offset, isEnded: true);
            if (!TryDelimiter(line, isCut, offset, end) && _mode == Mode.Text)
                _embedded.Line(line, offset, end);
        }
    }

    /// <summary>The header section of the current entity ends; its body begins.</summary>
    private void EndHeader(long end, long bodyOffset, bool isEnded)
    {
        _header.Flush();
        _current.Header = new OctetRange(_current.Header.Offset, end - _current.Header.Offset);
        _current.Body = new OctetRange(bodyOffset, 0);
        if (!isEnded)
            Report(MimeDefectKind.HeaderNotEnded, end, _current);
        var boundary = EntityInterpreter.Apply(_current, _header, _options, _reportHere);
        _header.Reset();
        _mode = Mode.Body;
        _inLine = false;
        if (boundary is not null)
        {
            _current.IsMultipart = true;
            if (_open.Push(_current, boundary))
                Report(MimeDefectKind.NestedSameBoundary, _current.Header.Offset, _current);
        }
        else if (_options.ExtractEmbedded && (_current.EffectiveType ?? _current.MediaType) == "text/plain"
                 && _current.Encoding is TransferEncoding.SevenBit or TransferEncoding.EightBit or TransferEncoding.Binary)
        {
            _embedded.Start(_current, bodyOffset);
            _mode = Mode.Text;
        }
        else if (_options.OpenMessages && isEnded && _current.MediaType is "message/rfc822" or "message/global" && _current.Encoding.IsIdentity())
        {
            Enter(_current, bodyOffset);
        }
    }

    private bool TryDelimiter(ReadOnlySpan<byte> line, bool isCut, long offset, long end)
    {
        if (_open.Count == 0 || isCut || !line.StartsWith("--"u8))
            return false;
        var kind = _open.Match(line[2..].TrimEnd("\n"u8), _options.DelimiterPrefix, out var level);
        if (kind is DelimiterKind.None)
            return false;
        if (kind is DelimiterKind.AfterClose or DelimiterKind.WithTail)
        {
            Report(kind == DelimiterKind.AfterClose ? MimeDefectKind.DelimiterAfterClose : MimeDefectKind.DelimiterWithTail, offset, _open[level].Entity);
            return false;
        }
        Delimiter(level, kind == DelimiterKind.Close, offset, end);
        return true;
    }

    private void Delimiter(int level, bool isClose, long offset, long end)
    {
        if (_mode == Mode.Header)
            EndHeader(offset, offset, isEnded: false);
        var multipart = _open[Math.Min(level, _open.Count - 1)];
        var bodyEnd = offset - _lastLineEnd;
        CloseLevels(level + 1, bodyEnd, MimeDefectKind.CutByOuterDelimiter);
        EndBodies(multipart.Entity, bodyEnd);
        if (multipart.IsClosed)
            multipart.Entity.Epilogue = Range(multipart.EpilogueOffset, bodyEnd);
        else if (!multipart.HasParts)
            multipart.Entity.Preamble = Range(multipart.Entity.Body.Offset, bodyEnd);
        _current = multipart.Entity;
        _mode = Mode.Body;
        _inLine = false;
        multipart.IsClosed = isClose;
        if (!isClose)
        {
            multipart.HasParts = true;
            Enter(multipart.Entity, end);
            return;
        }
        if (!multipart.HasParts)
            Report(MimeDefectKind.EndInPreamble, offset, multipart.Entity);
        multipart.EpilogueOffset = end;
        if (!_options.ReopenClosed)
            _open.Forget(level);
    }

    /// <summary>Takes off the multiparts from a level inwards.</summary>
    private void CloseLevels(int level, long end, MimeDefectKind unclosed)
    {
        while (_open.Count > level)
        {
            var multipart = _open.Pop();
            if (multipart.IsClosed)
                multipart.Entity.Epilogue = Range(multipart.EpilogueOffset, end);
            else if (!_gaveUp)
                Report(multipart.HasParts ? unclosed : MimeDefectKind.EndInPreamble, end, multipart.Entity);
        }
    }

    /// <summary>
    /// Ends the current entity and those around it, up to the one given. A body that has not even begun (the header section was
    /// cut off) ends where it begins, and so no earlier do those around it.
    /// </summary>
    private void EndBodies(MimeEntity? outer, long end)
    {
        _embedded.End(Math.Max(end, _current.Body.Offset));
        for (var entity = _current; entity is not null && entity != outer; entity = entity.Parent)
        {
            end = Math.Max(end, entity.Body.Offset);
            entity.Body = Range(entity.Body.Offset, end);
        }
    }

    /// <summary>A line end before the first octet belongs to the line before.</summary>
    private static OctetRange Range(long offset, long end) => new(offset, Math.Max(0, end - offset));

    /// <summary>Begins the header section of a new entity.</summary>
    private void Enter(MimeEntity parent, long offset)
    {
        if (NewEntity(parent, offset, isEmbedded: false) is not { } entity)
            return;
        _current = entity;
        _mode = Mode.Header;
    }

    private MimeEntity? NewEmbedded(MimeEntity text) => NewEntity(text, text.Body.Offset, isEmbedded: true);

    private MimeEntity? NewEntity(MimeEntity parent, long offset, bool isEmbedded)
    {
        if (_gaveUp)
            return null;
        if (_entities.Count >= _options.MaxParts)
        {
            Report(MimeDefectKind.TooManyParts, offset, parent);
            _gaveUp = true;
            _mode = Mode.Stopped;
            return null;
        }
        var entity = new MimeEntity(_entities.Count, parent, offset) { IsEmbedded = isEmbedded };
        _entities.Add(entity);
        return entity;
    }

    private void Report(MimeDefectKind kind, long offset, MimeEntity entity)
    {
        entity.IsAmbiguous |= kind.IsAmbiguity();
        if (_defects.Count < MaxDefects)
            _defects.Add(new MimeDefect(kind, offset, entity.Index));
    }
}
