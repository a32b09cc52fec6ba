using System.Text;

namespace Amavis.Configuration.Files;

/// <summary>Reads the files a configuration names. They are an administrator's and trusted: no length limit.</summary>
internal static class TextFiles
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <param name="reason">Why there is no text; empty otherwise.</param>
    public static string? Read(string path, out string reason) => Read(path, Strict, out reason);

    public static string? Read(string path, Encoding encoding, out string reason)
    {
        reason = "";
        try
        {
            var strict = Encoding.GetEncoding(encoding.CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
            var text = strict.GetString(File.ReadAllBytes(path));
            return text.StartsWith('\uFEFF') ? text[1..] : text;
        }
        catch (DecoderFallbackException)
        {
            reason = $"is not {encoding.WebName.ToUpperInvariant()} text";
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            reason = "does not exist";
        }
        catch (UnauthorizedAccessException)
        {
            reason = Directory.Exists(path) ? "is a directory" : "may not be read by this user";
        }
        catch (IOException fault)
        {
            reason = "can't be read: " + fault.Message;
        }
        return null;
    }

    /// <summary>A path named in a file: taken from that file's directory when it is not absolute.</summary>
    public static string Beside(string file, string path)
    {
        if (Path.IsPathRooted(path))
            return path;
        var directory = Path.GetDirectoryName(file) ?? "";
        return Path.Combine(directory, path);
    }
}
