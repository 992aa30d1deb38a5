using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Tests;

/// <summary>The order of events is what a seed means.</summary>
public class EventHeapTests
{
    [Fact]
    public void Events_come_by_time_and_at_one_time_in_the_order_they_were_planned()
    {
        var heap = new EventHeap();
        var random = new SimRandom(1);
        var planned = Enumerable.Range(0, 5000).Select(index => (Time: (long)random.Below(300), Index: index)).ToList();
        foreach (var (time, index) in planned)
            heap.Add(time, Nothing.Instance, index);

        var taken = new List<int>();
        while (heap.Count > 0)
            taken.Add(heap.Take().Argument);
        Assert.Equal(planned.OrderBy(static one => one.Time).ThenBy(static one => one.Index).Select(static one => one.Index), taken);
    }

    [Fact]
    public void A_timer_that_was_changed_fires_once_at_its_last_due_time()
    {
        var clock = new SimClock();
        var fired = new List<long>();
        var timer = clock.CreateTimer(_ => fired.Add(clock.Now), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        timer.Change(TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        Assert.Equal(1, clock.ArmedTimers);
        while (clock.HasNext)
            clock.FireNext();
        Assert.Equal([3_000_000], fired);
        Assert.Equal(0, clock.ArmedTimers);
    }

    [Fact]
    public void What_was_due_in_a_sleep_happens_after_it()
    {
        var clock = new SimClock();
        var fired = new List<long>();
        clock.CreateTimer(_ => fired.Add(clock.Now), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        clock.Sleep(5_000_000);
        clock.FireNext();
        Assert.Equal([5_000_000], fired);
    }

    private sealed class Nothing : ISimEvent
    {
        public static readonly Nothing Instance = new();

        public bool Fire(int argument) => true;
    }
}
