using Amavis.Core.Counters;
using Amavis.Engine.Reporting;

namespace Amavis.Engine.Tests;

public sealed class TimingLineTests
{
    private static TimeSpan Ms(double value) => TimeSpan.FromMilliseconds(value);

    [Fact]
    public void Shares_run_up_to_a_hundred_and_short_times_have_a_decimal() =>
        TimingLine.Compose(1234, Ms(10), [(Stage.Receive, Ms(0.4)), (Stage.VirusScan, Ms(29.6)), (Stage.Forward, Ms(55))], Ms(5)).ShouldBe(
            "size: 1234, TIMING [total 100 ms] - SMTP DATA: 10 (10%)10, check_init: 0.4 (0%)10, AV-scan-1: 30 (30%)40, fwd-end-chkpnt: 55 (55%)95, rundown: 5 (5%)100");

    [Fact]
    public void Nothing_takes_no_time() =>
        TimingLine.Compose(0, Ms(0), [], Ms(0)).ShouldBe("size: 0, TIMING [total 0 ms] - SMTP DATA: 0.0 (0%)0, rundown: 0.0 (0%)100");
}
