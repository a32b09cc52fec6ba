using System.Buffers;
using System.Text;
using Amavis.Testing;

namespace Amavis.Fuzz.Targets;

/// <summary>Seeds, and ways to cut inputs up.</summary>
internal static class Inputs
{
    /// <summary>Larger files are left out: small ones have the same structures and are quicker.</summary>
    private const int LargestSeed = 32 * 1024;

    private const int MostSeeds = 400;

    private static readonly string[] MailFolders = ["mail", "mime4j", "mimekit", "cpython", "enmime", "spamassassin", "sisimai-bounces", "mailauth"];

    public static IEnumerable<byte[]> Mail() => MailFolders.SelectMany(Folder).Prepend(Octets(Message));

    /// <summary>Files of a folder, evenly chosen.</summary>
    public static IEnumerable<byte[]> Folder(string folder) => Files(folder).Select(File.ReadAllBytes);

    public static IEnumerable<string> Files(string folder)
    {
        var files = Samples.Files(folder).Where(f => new FileInfo(f).Length is > 0 and <= LargestSeed).ToList();
        var step = Math.Max(1, files.Count / MostSeeds);
        return files.Where((_, i) => i % step == 0);
    }

    public static byte[] Octets(string text) => Encoding.Latin1.GetBytes(text);

    public static string Text(ReadOnlySpan<byte> octets) => Encoding.Latin1.GetString(octets);

    /// <summary>Cuts in pieces: single octets, short ones, or a few.</summary>
    public static List<ReadOnlyMemory<byte>> Pieces(byte[] input, Random random)
    {
        var longest = random.Next(3) switch { 0 => 1, 1 => 7, _ => Math.Max(1, input.Length) };
        var pieces = new List<ReadOnlyMemory<byte>>();
        for (var at = 0; at < input.Length;)
        {
            var length = Math.Min(input.Length - at, random.Next(1, longest + 1));
            pieces.Add(input.AsMemory(at, length));
            at += length;
        }
        return pieces;
    }

    public static ReadOnlySequence<byte> Sequence(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        if (pieces.Count == 0)
            return ReadOnlySequence<byte>.Empty;
        var first = new Segment(pieces[0], 0);
        var last = first;
        foreach (var piece in pieces.Skip(1))
            last = last.Append(piece);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }

    private const string Message =
        "Received: from a.example ([192.0.2.1]) by b.example; Sun, 22 Nov 2026 10:00:00 +0000\r\nFrom: \"A. B\" <a@example.org>\r\nTo: b@example.com\r\n"
        + "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_x\"\r\n\r\n"
        + "preamble\r\n--=_x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe=\r\n\r\n"
        + "--=_x\r\nContent-Type: application/octet-stream; name*0*=utf-8''a%20; name*1=b.exe\r\nContent-Transfer-Encoding: base64\r\n\r\nTVqQAAMAAAAEAAAA\r\n"
        + "--=_x\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nbegin 644 a.com\r\n#86%A\r\n`\r\nend\r\n--=_x--\r\nepilogue\r\n";
}
