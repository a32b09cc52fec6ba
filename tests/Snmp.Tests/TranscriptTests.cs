using System.Net.Sockets;
using Amavis.Core.Policy;
using Amavis.Snmp.AgentX;
using Amavis.Testing;

namespace Amavis.Snmp.Tests;

/// <summary>What a master says and the subagent answers, over a connection, in both byte orders, whole and in pieces.</summary>
public sealed class TranscriptTests
{
    public static TheoryData<string, bool, int> Runs()
    {
        var data = new TheoryData<string, bool, int>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Transcripts")).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal))
            foreach (var network in (bool[])[true, false])
                foreach (var piece in (int[])[int.MaxValue, 7, 1])
                    data.Add(file, network, piece);
        return data;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task A_session_goes_as_written(string file, bool network, int piece)
    {
        var expected = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "Transcripts", file));
        var actual = new List<string>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new FakeServer((socket, ending) => PlayAsync(socket, expected, network, piece, actual, done, ending));
        AgentXAddress.TryParse(server.Address, out var address).ShouldBeTrue();
        using var stop = new CancellationTokenSource();
        var running = new AgentXSubagent(address, TestMib.View, "test", TimeProvider.System, new LinesLog()).RunAsync(stop.Token);
        await done.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await stop.CancelAsync();
        await running;
        string.Join('\n', actual).ShouldBe(string.Join('\n', expected));
    }

    private static async Task PlayAsync(
        Socket socket, string[] script, bool network, int piece, List<string> actual, TaskCompletionSource done, CancellationToken ending)
    {
        try
        {
            socket.NoDelay = true;
            var master = new MasterDouble(socket, ending) { NetworkByteOrder = network, Piece = piece };
            await master.WelcomeAsync();
            foreach (var line in script)
            {
                if (line.StartsWith("M: ", StringComparison.Ordinal))
                {
                    actual.Add(line);
                    await master.SayAsync(line[3..]);
                }
                else if (line.StartsWith("S: ", StringComparison.Ordinal))
                {
                    actual.AddRange(("S: " + PduText.Of((await master.ReceiveAsync())!)).Split('\n'));
                }
                else if (!line.StartsWith("   ", StringComparison.Ordinal))
                {
                    actual.Add(line);
                }
            }
            done.SetResult();
        }
        catch (Exception e)
        {
            done.SetException(e);
        }
    }
}
