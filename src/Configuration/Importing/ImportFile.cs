using System.Text;

namespace Amavis.Configuration.Importing;

/// <summary>Reads a file to import: UTF-8, or else ISO 8859-1, as Perl takes it.</summary>
internal static class ImportFile
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <param name="reason">Why there is no text; empty otherwise.</param>
    public static string? Read(string path, out string reason)
    {
        reason = "";
        try
        {
            if (Directory.Exists(path))
            {
                reason = "is a directory";
                return null;
            }
            using var file = File.OpenRead(path);
            // Devices and pipes may give data for ever.
            if (!file.CanSeek)
            {
                reason = "is no plain file";
                return null;
            }
            if (file.Length > ImportLimits.FileOctets)
            {
                reason = $"is larger than {ImportLimits.FileOctets} octets";
                return null;
            }
            var octets = new byte[file.Length];
            file.ReadExactly(octets);
            if (octets.AsSpan().Contains((byte)0))
            {
                reason = "is no text: it holds NUL octets";
                return null;
            }
            return Decode(octets);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            reason = "does not exist";
        }
        catch (UnauthorizedAccessException)
        {
            reason = "may not be read by this user";
        }
        catch (Exception fault) when (fault is IOException or ArgumentException or NotSupportedException)
        {
            reason = "can't be read: " + fault.Message;
        }
        return null;
    }

    private static string Decode(byte[] octets)
    {
        string text;
        try
        {
            text = Strict.GetString(octets);
        }
        catch (DecoderFallbackException)
        {
            text = Encoding.Latin1.GetString(octets);
        }
        return text.StartsWith('\uFEFF') ? text[1..] : text;
    }
}
