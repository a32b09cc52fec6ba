using Amavis.Scanning.Sockets;
using Microsoft.Extensions.Time.Testing;

namespace Amavis.Scanning.Tests.Sockets;

public sealed class CircuitBreakerTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly ScannerLimits _limits = ScannerLimits.Default;
    private readonly CircuitBreaker _breaker;
    private bool _answers;
    private int _probes;

    public CircuitBreakerTests() => _breaker = new CircuitBreaker(ProbeAsync, _limits, _clock);

    public void Dispose() => _breaker.Dispose();

    private Task<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        _probes++;
        return Task.FromResult(_answers);
    }

    private async Task<CircuitBreaker.Permit?> EnterAsync() => await _breaker.EnterAsync(_limits.ProbeWait, CancellationToken.None);

    private async Task FailAsync() => (await EnterAsync()).ShouldNotBeNull().Failed();

    [Fact]
    public async Task It_begins_closed_and_asks_nobody()
    {
        (await EnterAsync()).ShouldNotBeNull();
        (await EnterAsync()).ShouldNotBeNull();
        _probes.ShouldBe(0);
    }

    [Fact]
    public async Task After_a_failure_nobody_enters_while_probes_are_not_answered()
    {
        await FailAsync();

        for (var i = 0; i < 20; i++)
            (await EnterAsync()).ShouldBeNull();
        _probes.ShouldBe(1, "one probe per interval");
        _clock.Advance(_limits.RetryAfter);
        (await EnterAsync()).ShouldBeNull();
        _probes.ShouldBe(2);
    }

    [Fact]
    public async Task A_probe_that_is_answered_lets_the_message_in_that_caused_it()
    {
        await FailAsync();
        _answers = true;

        (await EnterAsync()).ShouldNotBeNull();
        (await EnterAsync()).ShouldNotBeNull();
        _probes.ShouldBe(1);
    }

    [Fact]
    public async Task A_scanner_that_comes_back_is_used_within_a_second()
    {
        await FailAsync();
        (await EnterAsync()).ShouldBeNull();
        _answers = true;
        (await EnterAsync()).ShouldBeNull();

        _clock.Advance(_limits.RetryAfter);
        (await EnterAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task Answering_probes_but_failing_scans_lets_one_message_at_a_time_in()
    {
        _answers = true;
        await FailAsync();
        await FailAsync();
        (await EnterAsync()).ShouldBeNull("it has failed again right after a good probe");
        _clock.Advance(_limits.RetryAfter);

        var trial = (await EnterAsync()).ShouldNotBeNull();
        (await EnterAsync()).ShouldBeNull();
        trial.Succeeded();
        (await EnterAsync()).ShouldNotBeNull();
        (await EnterAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_trial_that_is_given_up_leaves_its_place_to_the_next()
    {
        _answers = true;
        await FailAsync();
        await FailAsync();
        _clock.Advance(_limits.RetryAfter);

        (await EnterAsync()).ShouldNotBeNull().Dispose();
        (await EnterAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task Messages_that_fail_together_count_as_one_outage()
    {
        var permits = new List<CircuitBreaker.Permit?>();
        for (var i = 0; i < 5; i++)
            permits.Add(await EnterAsync());
        permits.ForEach(p => p!.Failed());
        _answers = true;

        (await EnterAsync()).ShouldNotBeNull();
        (await EnterAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_silent_probe_is_waited_for_a_moment_and_given_up_later()
    {
        var answered = new TaskCompletionSource<bool>();
        using var breaker = new CircuitBreaker(token => answered.Task.WaitAsync(token), _limits, _clock);
        (await breaker.EnterAsync(_limits.ProbeWait, CancellationToken.None)).ShouldNotBeNull().Failed();

        var entering = breaker.EnterAsync(_limits.ProbeWait, CancellationToken.None).AsTask();
        entering.IsCompleted.ShouldBeFalse();
        _clock.Advance(_limits.ProbeWait);
        (await entering).ShouldBeNull();

        answered.SetResult(true);
        (await breaker.EnterAsync(_limits.ProbeWait, CancellationToken.None)).ShouldNotBeNull("the late answer counts");
    }
}
