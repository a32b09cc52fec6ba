using Amavis.Core.Policy;
using Amavis.Engine.Tests.Flow.Matrix;

namespace Amavis.Engine.Tests.Flow;

/// <summary>What is known of a message before it is checked, and stays.</summary>
public sealed class ArrivalTests
{
    [Fact]
    public async Task The_partition_tag_is_made_once_of_the_time_of_arrival()
    {
        var records = new KeptRecords();
        await using var flow = new FlowHarness(records);
        flow.Settings = flow.Settings with { PartitionTag = new PartitionTag(PartitionPeriod.YearWeek), VirusQuarantineMethod = DeliveryMethod.Parse("sql:") };

        await flow.SendAsync(FlowMail.Virus, "user1@example.com");

        var arrival = records.Records.Single().Arrival;
        arrival.PartitionTag.ShouldBe(flow.Settings.PartitionTag.At(arrival.ReceivedAt));
        records.Records.Single().QuarantineLocation.ShouldBe($"{arrival.MailId}[{arrival.PartitionTag}]");
        flow.Lines().ShouldContain(l => l.Contains($", pt: {arrival.PartitionTag}, ", StringComparison.Ordinal));
    }
}
