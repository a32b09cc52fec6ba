using System.Diagnostics;
using System.Net.Sockets;
using Amavis.Core.Policy;
using Amavis.Scanning.Sockets;
using Amavis.Scanning.Virus;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Virus;

/// <summary>Rows F7 and F8 of the fault table: a clamd that is dead, silent, slow or talks nonsense never makes a message clean.</summary>
[Collection(nameof(TimedTests))]
public sealed class ClamdFaultTests : IDisposable
{
    private readonly ScannerRegistry _registry = new(TimeProvider.System, TestLimits.Short);
    private readonly IReadOnlyList<ScanItem> _two = [new("p001", new BytesContent([1])), new("p002", new BytesContent([2]))];

    private readonly ScannerRegistry _patient = new(TimeProvider.System, TestLimits.Patient);

    public void Dispose()
    {
        _registry.Dispose();
        _patient.Dispose();
    }

    private static IVirusScanner Scanner(ScannerRegistry registry, params string[] addresses) =>
        registry.Get(new VirusScannerSettings("av", "clamd", addresses), "/nowhere");

    private Task<ScanOutcome> ScanAsync(params string[] addresses) =>
        Scanner(_registry, addresses).ScanAsync(_two, isEnough: null, CancellationToken.None);

    /// <summary>For tests that expect an answer, however busy the machine is.</summary>
    private Task<ScanOutcome> ScanPatientlyAsync(params string[] addresses) =>
        Scanner(_patient, addresses).ScanAsync(_two, isEnough: null, CancellationToken.None);

    public static TheoryData<string> NoAnswers => new(
        "", "1: stream: OK\0", "1: stream: OK\0" + "1: stream: OK\0", "1: stream: OK\0" + "3: stream: OK\0", "0: stream: OK\0" + "1: stream: OK\0",
        "stream: OK\0stream: OK\0", "1: stream: OK\n2: stream: OK\n", "1: stream: OKAY\0" + "2: stream: OK\0", "1: stream: ok\0" + "2: stream: OK\0",
        "1: stream: OK \0" + "2: stream: OK\0", "1: other: OK\0" + "2: stream: OK\0", "1: stream:  FOUND\0" + "2: stream: OK\0", "220 smtp.example.com ESMTP\r\n",
        "\0\0\0\0", "1: stream: OK\0" + "2: stream: OK", "1: : OK\0" + "2: stream: OK\0", "99999999999: stream: OK\0" + "2: stream: OK\0",
        "1: stream: OK\0" + "2: Can't allocate memory ERROR\0");

    [Theory, MemberData(nameof(NoAnswers))]
    public async Task F8_an_answer_that_is_not_exactly_clean_is_a_failure(string answer)
    {
        await using var clamd = new FakeServer(async (socket, ending) =>
        {
            await ReadUntilEndAsync(socket, ending);
            await socket.SendAsync(Octets.Of(answer), SocketFlags.None, ending);
        });

        (await ScanAsync(clamd.Address)).ShouldBeOfType<ScanOutcome.Failed>();
    }

    [Fact]
    public async Task The_exact_answers_in_any_order_are_clean()
    {
        await using var clamd = new FakeServer(async (socket, ending) =>
        {
            await ReadUntilEndAsync(socket, ending);
            await socket.SendAsync(Octets.Of("2: stream: OK\0" + "1: stream: OK\0"), SocketFlags.None, ending);
        });

        (await ScanPatientlyAsync(clamd.Address)).ShouldBeOfType<ScanOutcome.Clean>();
    }

    [Fact]
    public async Task A_virus_known_before_the_connection_breaks_is_reported()
    {
        await using var clamd = new FakeServer(async (socket, ending) =>
        {
            await ReadUntilEndAsync(socket, ending);
            await socket.SendAsync(Octets.Of("2: stream: Some.Virus:x FOUND\0"), SocketFlags.None, ending);
        });

        (await ScanPatientlyAsync(clamd.Address)).ShouldBeOfType<ScanOutcome.Infected>().Names.ShouldBe(["Some.Virus:x"]);
    }

    [Fact]
    public async Task Control_characters_of_a_virus_name_do_not_get_through()
    {
        await using var clamd = new FakeServer(async (socket, ending) =>
        {
            await ReadUntilEndAsync(socket, ending);
            await socket.SendAsync(Octets.Of("1: stream: OK\0" + "2: stream: Bad\r\n250 Ok FOUND\0"), SocketFlags.None, ending);
        });

        (await ScanPatientlyAsync(clamd.Address)).ShouldBeOfType<ScanOutcome.Infected>().Names.ShouldBe(["Bad??250 Ok"]);
    }

    [Fact]
    public async Task A_clean_answer_before_the_data_was_sent_does_not_count()
    {
        await using var clamd = FakeServer.Saying(Octets.Of("1: stream: OK\0" + "2: stream: OK\0"), thenClose: false);
        IReadOnlyList<ScanItem> large = [new("p001", new BytesContent(new byte[64 << 20])), new("p002", new BytesContent([2]))];

        (await Scanner(_registry, clamd.Address).ScanAsync(large, null, CancellationToken.None)).ShouldBeOfType<ScanOutcome.Failed>();
    }

    [Fact]
    public async Task F8_thirty_megabytes_of_answer_are_not_read()
    {
        var sent = 0L;
        await using var clamd = new FakeServer(async (socket, ending) =>
        {
            var garbage = new byte[64 << 10];
            while (sent < 30 << 20)
                sent += await socket.SendAsync(garbage.AsMemory(), SocketFlags.None, ending);
        });

        (await ScanAsync(clamd.Address)).ShouldBeOfType<ScanOutcome.Failed>();
        sent.ShouldBeLessThan(30 << 20);
    }

    [Fact]
    public async Task F8_a_byte_at_a_time_does_not_extend_the_wait()
    {
        await using var clamd = new FakeServer(async (socket, ending) =>
        {
            foreach (var octet in Octets.Of("1: stream: OK\0" + "2: stream: OK\0"))
            {
                await socket.SendAsync(new[] { octet }, SocketFlags.None, ending);
                await Task.Delay(TimeSpan.FromMilliseconds(400), ending);
            }
        });

        var started = Stopwatch.GetTimestamp();
        (await ScanAsync(clamd.Address)).ShouldBeOfType<ScanOutcome.Failed>();
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(5), "all octets would take eleven");
    }

    [Fact]
    public async Task F7_R4_after_the_first_message_a_dead_clamd_costs_nothing()
    {
        var address = $"127.0.0.1:{FreePorts.Take(1)[0]}";
        (await ScanAsync(address)).ShouldBeOfType<ScanOutcome.Failed>();

        var started = Stopwatch.GetTimestamp();
        (await ScanAsync(address)).ShouldBeOfType<ScanOutcome.Failed>();
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TestLimits.Short.VirusAnswer / 2);
    }

    [Fact]
    public async Task F8_R5_after_the_first_message_a_hung_clamd_costs_a_moment()
    {
        await using var clamd = FakeServer.Silent();
        var started = Stopwatch.GetTimestamp();
        (await ScanAsync(clamd.Address)).ShouldBeOfType<ScanOutcome.Failed>().Reason.ShouldContain("no answer in time");
        Stopwatch.GetElapsedTime(started).ShouldBeGreaterThanOrEqualTo(TestLimits.Short.VirusAnswer - TimeSpan.FromMilliseconds(50));

        for (var i = 0; i < 3; i++)
        {
            started = Stopwatch.GetTimestamp();
            (await ScanAsync(clamd.Address)).ShouldBeOfType<ScanOutcome.Failed>();
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TestLimits.Short.VirusAnswer / 2);
        }
    }

    [Fact]
    public void The_first_message_is_answered_within_three_seconds_by_default() =>
        ScannerLimits.Default.VirusBudget(100 << 10).ShouldBeLessThan(TimeSpan.FromSeconds(3));

    [Fact]
    public async Task The_next_address_is_used_when_one_does_not_take_connections()
    {
        await using var clamd = Clean();
        var dead = $"127.0.0.1:{FreePorts.Take(1)[0]}";

        for (var i = 0; i < 12; i++)
            (await ScanPatientlyAsync(dead, clamd.Address, dead)).ShouldBeOfType<ScanOutcome.Clean>();
    }

    [Fact]
    public async Task Addresses_take_turns()
    {
        await using var first = Clean();
        await using var second = Clean();

        for (var i = 0; i < 60; i++)
            (await ScanPatientlyAsync(first.Address, second.Address)).ShouldBeOfType<ScanOutcome.Clean>();

        first.Connections.ShouldBeGreaterThan(0);
        second.Connections.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_message_that_is_given_up_does_not_count_against_the_scanner()
    {
        var talking = false;
        await using var clamd = new FakeServer(async (socket, ending) =>
        {
            if (!talking)
                await Task.Delay(Timeout.Infinite, ending);
            await ReadUntilEndAsync(socket, ending);
            await socket.SendAsync(Octets.Of("1: stream: OK\0" + "2: stream: OK\0"), SocketFlags.None, ending);
        });
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Should.ThrowAsync<OperationCanceledException>(() => Scanner(_patient, clamd.Address).ScanAsync(_two, null, deadline.Token));
        talking = true;

        (await ScanPatientlyAsync(clamd.Address)).ShouldBeOfType<ScanOutcome.Clean>();
    }

    private static FakeServer Clean() => new(async (socket, ending) =>
    {
        await ReadUntilEndAsync(socket, ending);
        await socket.SendAsync(Octets.Of("1: stream: OK\0" + "2: stream: OK\0"), SocketFlags.None, ending);
    });

    /// <summary>Takes a whole session in, to its END command.</summary>
    private static async Task ReadUntilEndAsync(Socket socket, CancellationToken ending)
    {
        var all = new List<byte>();
        var buffer = new byte[4096];
        while (!Octets.Text(all.ToArray()).EndsWith("zEND\0", StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer, SocketFlags.None, ending);
            if (read == 0)
                return;
            all.AddRange(buffer.AsSpan(0, read));
        }
    }
}
