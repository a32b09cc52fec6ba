using System.Globalization;
using Amavis.Decoding.Helpers;

namespace Amavis.Decoding.Storage;

/// <summary>
/// Holds what is unpacked from one message: small contents in memory, the rest in files p001, p002, … of a directory that is
/// made when the first one is needed (mode 0700) and removed, with all in it, when the store is disposed. Names from the mail
/// never become part of a path. Writing is for one thread; contents may be read from several.
/// </summary>
public sealed class PartStore : IDisposable
{
    /// <summary>Octets kept in memory per message when nothing else is said.</summary>
    public const long DefaultMemoryOctets = 1 << 20;

    private readonly string _directory;
    private readonly List<byte[]> _arrays = [];
    private readonly List<FileContent> _files = [];
    private bool _directoryMade;
    private int _fileNumber;
    private volatile bool _disposed;

    /// <param name="directory">The message's own directory; must not exist, its parent must.</param>
    /// <param name="memoryOctets">Octets all contents together may hold in memory.</param>
    public PartStore(string directory, long memoryOctets = DefaultMemoryOctets)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        _directory = directory;
        MemoryLeft = memoryOctets;
    }

    /// <summary>Octets that may still be kept in memory.</summary>
    internal long MemoryLeft { get; private set; }

    /// <summary>A writer for one new content; dispose it, completed or not.</summary>
    /// <param name="expectedOctets">Octets to expect.</param>
    /// <param name="isBound">There will not be more; otherwise the number is a hint that may be wrong or huge.</param>
    internal PartWriter Create(long expectedOctets, bool isBound) => new(this, expectedOctets, isBound);

    /// <summary>An array of at least this length if the memory bound allows; it is given back when the store is disposed.</summary>
    internal byte[]? TryRent(int octets)
    {
        if (octets > MemoryLeft)
            return null;
        MemoryLeft -= octets;
        return LargeArrays.Rent(octets);
    }

    /// <summary>Takes back an array that did not become a content.</summary>
    internal void Return(byte[] array, int octets)
    {
        MemoryLeft += octets;
        LargeArrays.Return(array);
    }

    /// <summary>Makes a content of a rented array of which only some octets are used.</summary>
    internal MemoryContent Keep(byte[] array, int rentedOctets, int usedOctets)
    {
        MemoryLeft += rentedOctets - usedOctets;
        _arrays.Add(array);
        return new MemoryContent(this, array, usedOctets);
    }

    /// <exception cref="IOException">The directory or the file could not be made.</exception>
    internal FileStream CreateFile(out string path)
    {
        ThrowIfDisposed();
        if (!_directoryMade)
            MakeDirectory();
        path = Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"p{++_fileNumber:d3}"));
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>A new directory for a helper program, below the message's own.</summary>
    /// <param name="suffix">What the archive's name has to end in.</param>
    /// <exception cref="IOException">It could not be made.</exception>
    internal HelperPlace CreateHelperPlace(string suffix)
    {
        ThrowIfDisposed();
        if (!_directoryMade)
            MakeDirectory();
        return new HelperPlace(Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"h{++_fileNumber:d3}")), suffix);
    }

    internal FileContent Keep(string path, long length)
    {
        var content = new FileContent(this, path, length);
        _files.Add(content);
        return content;
    }

    internal void CloseFiles()
    {
        foreach (var file in _files)
            file.Dispose();
    }

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, this);

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        CloseFiles();
        foreach (var array in _arrays)
            LargeArrays.Return(array);
        _arrays.Clear();
        if (_directoryMade)
            Directory.Delete(_directory, recursive: true);
    }

    private void MakeDirectory()
    {
        if (Path.Exists(_directory))
            throw new IOException($"{_directory} exists already; a message's directory must be new");
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(_directory);
        else
            Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _directoryMade = true;
    }
}
