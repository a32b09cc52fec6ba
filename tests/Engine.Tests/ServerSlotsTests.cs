using Amavis.Core.Status;
using Microsoft.Extensions.Time.Testing;

namespace Amavis.Engine.Tests;

public sealed class ServerSlotsTests
{
    private readonly FakeTimeProvider _clock = new();

    private ServerSlots Slots(int count) => new(count, _clock);

    private static string Text(ServerSlots slots) => string.Join(' ', slots.Snapshot().Select(s => $"{s.Slot}:{s.Task ?? "-"}"));

    [Fact]
    public async Task Places_are_given_in_order_and_follow_a_change_of_their_number()
    {
        var slots = Slots(1);
        var first = await slots.EnterAsync("a", CancellationToken.None);
        var second = slots.EnterAsync("b", CancellationToken.None);
        var third = slots.EnterAsync("c", CancellationToken.None);
        (second.IsCompleted, third.IsCompleted, slots.Waiting).ShouldBe((false, false, 2));
        slots.Resize(2);
        using var place = await second;
        third.IsCompleted.ShouldBeFalse();
        first.Dispose();
        using var last = await third;
        (slots.Taken, slots.Waiting).ShouldBe((2, 0));
        Text(slots).ShouldBe("1:c 2:b");
    }

    [Fact]
    public async Task A_message_takes_the_lowest_free_place_and_gives_it_back_once()
    {
        var slots = Slots(3);
        var first = await slots.EnterAsync("a", CancellationToken.None);
        await slots.EnterAsync("b", CancellationToken.None);
        first.Dispose();
        first.Dispose();
        Text(slots).ShouldBe("1:- 2:b 3:-");
        slots.Taken.ShouldBe(1);
        await slots.EnterAsync("c", CancellationToken.None);
        Text(slots).ShouldBe("1:c 2:b 3:-");
    }

    [Fact]
    public async Task A_place_beyond_a_smaller_number_is_seen_until_it_is_given_back()
    {
        var slots = Slots(3);
        await slots.EnterAsync("a", CancellationToken.None);
        await slots.EnterAsync("b", CancellationToken.None);
        var third = await slots.EnterAsync("c", CancellationToken.None);
        slots.Resize(1);
        Text(slots).ShouldBe("1:a 2:b 3:c");
        third.Dispose();
        Text(slots).ShouldBe("1:a 2:b");
    }

    [Fact]
    public async Task Who_gives_up_waiting_holds_up_nobody()
    {
        var slots = Slots(1);
        var first = await slots.EnterAsync("a", CancellationToken.None);
        using var impatience = new CancellationTokenSource();
        var second = slots.EnterAsync("b", impatience.Token);
        var third = slots.EnterAsync("c", CancellationToken.None);
        await impatience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(second);
        first.Dispose();
        using var place = await third;
        (slots.Taken, slots.Waiting).ShouldBe((1, 0));
    }

    [Fact]
    public async Task The_course_of_a_message_has_its_stages_and_their_times()
    {
        var slots = Slots(1);
        _clock.Advance(TimeSpan.FromSeconds(8));
        slots.Snapshot()[0].Age.ShouldBe(TimeSpan.FromSeconds(8));
        slots.Snapshot()[0].State.ShouldBe(' ');
        var place = await slots.EnterAsync("00421-07", CancellationToken.None);
        place.Enter(WorkState.Decoding);
        _clock.Advance(TimeSpan.FromSeconds(2));
        place.Enter(WorkState.VirusScan);
        place.Enter(WorkState.VirusScan);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var busy = slots.Snapshot()[0];
        (busy.Task, busy.State, busy.Age).ShouldBe(("00421-07", WorkState.VirusScan, TimeSpan.FromSeconds(3)));
        busy.Course.ShouldBe([new StateChange('D', TimeSpan.Zero), new StateChange('V', TimeSpan.FromSeconds(2))]);
        place.Dispose();
        _clock.Advance(TimeSpan.FromSeconds(5));
        slots.Snapshot()[0].ShouldBe(new SlotStatus { Slot = 1, Age = TimeSpan.FromSeconds(5), Course = [] });
    }

    [Fact]
    public async Task A_message_that_changes_its_stage_without_end_keeps_a_bounded_course()
    {
        var slots = Slots(1);
        var place = await slots.EnterAsync("a", CancellationToken.None);
        for (var i = 0; i < 1000; i++)
            place.Enter(i % 2 == 0 ? 'D' : 'V');
        slots.Snapshot()[0].Course.Count.ShouldBe(64);
    }
}
