using System.Globalization;
using System.Text;

namespace Amavis.Daemon.Logging;

/// <summary>A file, reopened when it was moved away, or standard error. Lines are never split.</summary>
public sealed class TextLogSink : ILogSink
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly string? _path;
    private readonly string _host;
    private readonly string _program;
    private Stream? _stream;
    private readonly StringBuilder _text = new();
    private long _nextLook;

    /// <param name="path">Null: standard error.</param>
    public TextLogSink(string? path, string host, string program)
    {
        _path = path;
        _host = host;
        _program = program;
    }

    public void Write(LogEntry entry)
    {
        if (_path is not null)
            _text.Append(CultureInfo.InvariantCulture, $"{entry.Time:MMM dd HH:mm:ss} {_host} {_program}[{Environment.ProcessId}]: ");
        _text.Append(entry.Text).Append('\n');
        if (_text.Length > 64 << 10)
            Flush();
    }

    public void Flush()
    {
        if (_text.Length == 0)
            return;
        var octets = Utf8.GetBytes(_text.ToString());
        _text.Clear();
        try
        {
            var stream = Open();
            stream.Write(octets);
            stream.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nowhere to say it; the next line tries again.
            _stream?.Dispose();
            _stream = null;
        }
    }

    public ValueTask DisposeAsync()
    {
        Flush();
        _stream?.Dispose();
        return ValueTask.CompletedTask;
    }

    private Stream Open()
    {
        if (_path is null)
            return _stream ??= Console.OpenStandardError();
        var now = Environment.TickCount64;
        if (_stream is not null && now >= _nextLook)
        {
            _nextLook = now + 2000;
            if (!File.Exists(_path))
            {
                _stream.Dispose();
                _stream = null;
            }
        }
        return _stream ??= new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }
}
