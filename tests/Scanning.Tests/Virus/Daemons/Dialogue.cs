using System.Net.Sockets;
using System.Text;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Virus.Daemons;

/// <summary>A server that holds a written dialogue: lines with S: are said, lines with C: are awaited, <c>…</c> in them stands for anything.</summary>
internal static class Dialogue
{
    public static FakeServer Serve(string lineEnd, params string[] lines) => new(async (socket, ending) =>
    {
        var received = new StringBuilder();
        foreach (var line in lines)
        {
            if (line.StartsWith("S: ", StringComparison.Ordinal))
                await socket.SendAsync(Octets.Of(line[3..] + lineEnd), SocketFlags.None, ending);
            else if (line == "CLOSE")
                return;
            else if (line == "HANG")
                await Task.Delay(Timeout.Infinite, ending);
            else if (!await ExpectAsync(socket, received, line[3..], lineEnd, ending))
                return;
        }
        // What the client says last is read, so that it is not reset.
        var rest = new byte[4096];
        while (await socket.ReceiveAsync(rest, SocketFlags.None, ending) > 0)
        {
        }
    });

    private static async Task<bool> ExpectAsync(Socket socket, StringBuilder received, string expected, string lineEnd, CancellationToken ending)
    {
        var buffer = new byte[4096];
        int end;
        while ((end = received.ToString().IndexOf(lineEnd, StringComparison.Ordinal)) < 0)
        {
            var read = await socket.ReceiveAsync(buffer, SocketFlags.None, ending);
            if (read == 0)
                return false;
            received.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        var line = received.ToString(0, end);
        received.Remove(0, end + lineEnd.Length);
        var parts = expected.Split('…');
        return parts.Length == 1 ? line == expected : line.StartsWith(parts[0], StringComparison.Ordinal) && line.EndsWith(parts[1], StringComparison.Ordinal);
    }
}
