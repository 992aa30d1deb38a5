namespace SecureStreams.Abstractions.Tests.Causes;

public class SsDiagnosticsTests
{
    private readonly SsDiagnostics _diagnostics = new();

    [Fact]
    public void What_peers_said_at_length_is_bounded_as_a_whole()
    {
        var diagnostics = new SsDiagnostics();
        var text = new string('x', 64 * 1024);
        for (var i = 1; i <= 200; i++)
            diagnostics.Publish(new SsDetail { Id = i, Time = default, StreamType = "s", Message = "m", PeerText = text });

        var recent = diagnostics.Recent();
        Assert.Equal(SsDiagnostics.PeerTextCapacity / text.Length, recent.Count);
        Assert.Equal(200, recent[^1].Id);

        diagnostics.Publish(new SsDetail { Id = 201, Time = default, StreamType = "s", Message = "m", PeerText = new string('y', SsDiagnostics.PeerTextCapacity + 1) });
        Assert.Equal(201, Assert.Single(diagnostics.Recent()).Id);
    }

    [Fact]
    public void Ids_are_unique_and_begin_at_one()
    {
        Assert.Equal(1, _diagnostics.NextId());
        var ids = new long[4000];
        Parallel.For(0, ids.Length, i => ids[i] = _diagnostics.NextId());
        Assert.Equal(Enumerable.Range(2, 4000).Select(static i => (long)i), ids.Order());
    }

    [Fact]
    public void Keeps_the_last_and_forgets_the_oldest()
    {
        for (var i = 0; i < SsDiagnostics.Capacity + 2; i++)
            Publish();
        var recent = _diagnostics.Recent();
        Assert.Equal(SsDiagnostics.Capacity, recent.Count);
        Assert.Equal(3, recent[0].Id);
        Assert.Null(_diagnostics.Find(2));
        Assert.Same(recent[0], _diagnostics.Find(3));
        Assert.Null(_diagnostics.Find(0));
    }

    [Fact]
    public void Subscribers_are_told_until_they_leave()
    {
        var first = new List<long>();
        var second = new List<long>();
        using var stays = _diagnostics.Subscribe(detail => first.Add(detail.Id));
        var leaves = _diagnostics.Subscribe(detail => second.Add(detail.Id));
        Publish();
        leaves.Dispose();
        leaves.Dispose();
        Publish();
        Assert.Equal([1, 2], first);
        Assert.Equal([1], second);
    }

    [Fact]
    public void A_subscriber_that_throws_disturbs_nobody_and_stays_visible()
    {
        var told = 0;
        var error = new InvalidOperationException("on purpose");
        using var bad = _diagnostics.Subscribe(_ => throw error);
        using var good = _diagnostics.Subscribe(_ => told++);
        Publish();
        Publish();
        Assert.Equal(2, told);
        Assert.Same(error, _diagnostics.LastSubscriberError);
    }

    [Fact]
    public void One_observer_subscribed_twice_leaves_once_at_a_time()
    {
        var told = 0;
        Action<SsDetail> observer = _ => told++;
        using var once = _diagnostics.Subscribe(observer);
        _diagnostics.Subscribe(observer).Dispose();
        Publish();
        Assert.Equal(1, told);
    }

    [Fact]
    public void A_subscription_disposed_twice_does_not_take_another_of_the_same_observer()
    {
        var told = 0;
        Action<SsDetail> observer = _ => told++;
        using var stays = _diagnostics.Subscribe(observer);
        var leaves = _diagnostics.Subscribe(observer);
        leaves.Dispose();
        leaves.Dispose();
        Publish();
        Assert.Equal(1, told);
    }

    private void Publish() => _diagnostics.Publish(new SsDetail { Id = _diagnostics.NextId(), Time = default, StreamType = "t", Message = "m" });
}
