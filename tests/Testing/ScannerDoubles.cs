using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Amavis.Testing;

/// <summary>Scanners that find what the message says they are to find.</summary>
public static partial class ScannerDoubles
{
    /// <summary>A clamd that finds <c>NAME</c> in a stream with <c>X-Test-Virus: NAME</c>; sessions of zIDSESSION and zINSTREAM only.</summary>
    public static FakeServer Clamd() => new(async (socket, ending) =>
    {
        var stream = new NetworkStream(socket, ownsSocket: false);
        for (var number = 0; await ReadCommandAsync(stream, ending) is { } command && command != "zEND";)
        {
            if (command != "zINSTREAM")
                continue;
            number++;
            var found = VirusMark().Match(await ReadStreamAsync(stream, ending));
            var answer = found.Success ? found.Groups[1].Value + " FOUND" : "OK";
            await stream.WriteAsync(Octets.Of($"{number}: stream: {answer}\0"), ending);
        }
    });

    /// <summary>A spamd that gives the points of <c>X-Test-Score: 7.5</c>, else none at all, with one test called TEST.</summary>
    public static FakeServer Spamd() => new(async (socket, ending) =>
    {
        var request = new StringBuilder();
        var buffer = new byte[8192];
        while (await socket.ReceiveAsync(buffer, SocketFlags.None, ending) is var read and > 0)
            request.Append(Encoding.Latin1.GetString(buffer, 0, read));
        var mark = ScoreMark().Match(request.ToString());
        var points = mark.Success ? double.Parse(mark.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
        var report = mark.Success ? string.Create(CultureInfo.InvariantCulture, $"tests=TEST={points} autolearn=no version=4.0.0\n") : "tests= autolearn=no version=4.0.0\n";
        var answer = string.Create(CultureInfo.InvariantCulture, $"SPAMD/1.5 0 EX_OK\r\nContent-length: {report.Length}\r\nSpam: False ; {points} / 5.0\r\n\r\n{report}");
        await socket.SendAsync(Octets.Of(answer), SocketFlags.None, ending);
    });

    private static async Task<string?> ReadCommandAsync(NetworkStream stream, CancellationToken ending)
    {
        var command = new StringBuilder();
        var octet = new byte[1];
        while (await stream.ReadAsync(octet, ending) == 1)
        {
            if (octet[0] == 0)
                return command.ToString();
            command.Append((char)octet[0]);
        }
        return null;
    }

    private static async Task<string> ReadStreamAsync(NetworkStream stream, CancellationToken ending)
    {
        var content = new StringBuilder();
        var length = new byte[4];
        while (true)
        {
            await stream.ReadExactlyAsync(length, ending);
            var octets = new byte[BinaryPrimitives.ReadUInt32BigEndian(length)];
            if (octets.Length == 0)
                return content.ToString();
            await stream.ReadExactlyAsync(octets, ending);
            content.Append(Encoding.Latin1.GetString(octets));
        }
    }

    [GeneratedRegex(@"X-Test-Virus: ([\w.-]+)")]
    private static partial Regex VirusMark();

    [GeneratedRegex(@"X-Test-Score: (-?[\d.]+)")]
    private static partial Regex ScoreMark();
}
