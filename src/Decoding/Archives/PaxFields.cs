using System.Buffers.Text;

namespace Amavis.Decoding.Archives;

/// <summary>The fields of a pax extended header (POSIX.1-2001) that matter for taking an archive apart.</summary>
internal sealed class PaxFields
{
    public string? Path { get; set; }

    /// <summary>Octets stored for the member.</summary>
    public long? Size { get; private set; }

    /// <summary>A size that is no number was given: readers differ in what they take instead.</summary>
    public bool SizeUnusable { get; private set; }

    /// <summary>Only the pieces of the file are stored.</summary>
    public bool Sparse { get; private set; }

    /// <summary>Reads records of the form "length key=value LF" up to the first that is none.</summary>
    public void Parse(ReadOnlySpan<byte> records)
    {
        while (Utf8Parser.TryParse(records, out int length, out var digits) && length > digits + 1 && length <= records.Length)
        {
            var record = records[(digits + 1)..length].TrimEnd((byte)'\n');
            var equals = record.IndexOf((byte)'=');
            if (equals > 0)
                Set(record[..equals], record[(equals + 1)..]);
            records = records[length..];
        }
    }

    private void Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.SequenceEqual("path"u8) || key.SequenceEqual("GNU.sparse.name"u8))
            Path = MemberNames.Utf8OrLatin1(value);
        else if (key.SequenceEqual("size"u8) && Utf8Parser.TryParse(value, out long size, out var digits) && digits == value.Length && size >= 0)
            Size = size;
        else if (key.SequenceEqual("size"u8))
            SizeUnusable = true;
        else if (key.StartsWith("GNU.sparse."u8) || key.StartsWith("SUN.holesdata"u8))
            Sparse = true;
    }
}
