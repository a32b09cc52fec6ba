using System.Buffers;
using Amavis.Mime.Transfer;

namespace Amavis.Mime.Structure;

/// <summary>
/// Finds uuencoded and BinHex files in the lines of a text and makes parts of them and of the text around them. A begin line
/// alone makes none: data has to follow, else it stays text.
/// </summary>
internal sealed class EmbeddedFiles(Func<MimeEntity, MimeEntity?> newEntity, Action<MimeDefectKind, long, MimeEntity> report)
{
    private MimeEntity? _text;
    private long _textOffset;
    private bool _textIsBlank;
    private bool _anyFile;
    private Looking _looking;
    private long _beginOffset;
    private long _dataOffset;
    private string _name = "";
    private MimeEntity? _file;
    private BinHexDecoder? _binHex;

    private enum Looking
    {
        ForBegin,
        InUu,
        InBinHex,
    }

    /// <summary>True while a text is being looked at.</summary>
    public bool IsActive => _text is not null;

    public void Start(MimeEntity text, long bodyOffset)
    {
        _text = text;
        _textOffset = bodyOffset;
        _textIsBlank = true;
        _anyFile = false;
        _looking = Looking.ForBegin;
        _file = null;
    }

    /// <summary>Takes a line with its line end.</summary>
    public void Line(ReadOnlySpan<byte> line, long offset, long end)
    {
        if (_looking != Looking.InBinHex && line.StartsWith("begin "u8) && UuLine.TryReadBegin(line, out var name))
            Begin(Looking.InUu, name, offset, end);
        else if (_looking == Looking.ForBegin && line.StartsWith("(This file must be converted with BinHex"u8))
            Begin(Looking.InBinHex, "", offset, end);
        else if (_looking == Looking.InUu)
            UuDataLine(line, offset, end);
        else if (_looking == Looking.InBinHex)
            BinHexLine(line, end);
        else if (_textIsBlank && !line.Trim(" \t\r\n"u8).IsEmpty)
            _textIsBlank = false;
    }

    /// <summary>The text ends; what follows the last file is kept.</summary>
    public void End(long end)
    {
        if (_text is null)
            return;
        if (_file is not null)
        {
            report(MimeDefectKind.EmbeddedFileNotEnded, end, _file);
            FileEnds(end, end);
        }
        if (_anyFile && !_textIsBlank)
            AddText(end);
        _text = null;
    }

    private void Begin(Looking looking, string name, long offset, long end)
    {
        if (_file is not null)
        {
            report(MimeDefectKind.EmbeddedFileNotEnded, offset, _file);
            FileEnds(offset, offset);
        }
        else if (_looking != Looking.ForBegin)
        {
            _textIsBlank = false; // The begin line before had no data after it.
        }
        _looking = looking;
        _name = name;
        _beginOffset = offset;
        _dataOffset = end;
        _binHex = looking == Looking.InBinHex ? new BinHexDecoder() : null;
    }

    private void UuDataLine(ReadOnlySpan<byte> line, long offset, long end)
    {
        if (UuLine.IsEnd(line))
        {
            if (_file is not null)
            {
                FileEnds(offset, end);
                return;
            }
            _looking = Looking.ForBegin;
            _textIsBlank = false;
        }
        else if (_file is null && UuLine.IsData(line))
        {
            FileBegins(TransferEncoding.Uuencode);
            if (_file is not null)
                SetName(_name);
        }
    }

    private void BinHexLine(ReadOnlySpan<byte> line, long end)
    {
        var text = line.Trim(" \t\r\n"u8);
        if (text.IsEmpty)
            return;
        if (_file is null)
        {
            if (text[0] != ':')
                return;
            FileBegins(TransferEncoding.BinHex);
            if (_file is null)
                return;
        }
        ReadBinHexName(line);
        if (text[^1] == ':' && text.Length > 1)
            FileEnds(end, end);
    }

    private void ReadBinHexName(ReadOnlySpan<byte> line)
    {
        if (_binHex is null)
            return;
        line = line[..Math.Min(line.Length, _binHex.PieceOctets)];
        var scratch = ArrayPool<byte>.Shared.Rent(_binHex.MaxOutput(line.Length));
        _binHex.Decode(line, scratch);
        ArrayPool<byte>.Shared.Return(scratch);
        if (_binHex.FileName is not { } name)
            return;
        SetName(name);
        _binHex = null;
    }

    private void FileBegins(TransferEncoding encoding)
    {
        if (_text is null)
            return;
        if (!_textIsBlank)
            AddText(_beginOffset);
        _file = newEntity(_text);
        if (_file is null)
            return;
        _file.Encoding = encoding;
        _file.MediaType = "application/octet-stream";
        _file.Header = new OctetRange(_dataOffset, 0);
        _file.Body = new OctetRange(_dataOffset, 0);
        _text.HoldsEmbedded = true;
        _text.MediaType = "multipart/mixed";
        _anyFile = true;
    }

    private void SetName(string name)
    {
        if (_file is null)
            return;
        _file.FileNames = FileNames.Of(name);
        _file.MediaType = TypeByExtension(name);
    }

    private void FileEnds(long end, long textOffset)
    {
        if (_file is not null)
            _file.Body = new OctetRange(_file.Body.Offset, end - _file.Body.Offset);
        _file = null;
        _binHex = null;
        _looking = Looking.ForBegin;
        _textOffset = textOffset;
        _textIsBlank = true;
    }

    private void AddText(long end)
    {
        if (_text is null || newEntity(_text) is not { } piece)
            return;
        piece.Header = new OctetRange(_textOffset, 0);
        piece.Body = new OctetRange(_textOffset, end - _textOffset);
        piece.ContentTypes = _text.ContentTypes;
        piece.Encoding = _text.Encoding;
        _textIsBlank = true;
    }

    private static string TypeByExtension(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".gif" => "image/gif",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".png" => "image/png",
        ".xbm" => "image/xbm",
        ".xpm" => "image/xpm",
        _ => "application/octet-stream",
    };
}
