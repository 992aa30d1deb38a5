using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session;

/// <summary>What is sent again, in which order, and what becomes of messages when sessions end.</summary>
public sealed class MqttSessionReconnectTests
{
    [Fact]
    public void A_session_that_both_have_goes_on_in_the_order_of_before()
    {
        using var bench = new SessionBench();
        Assert.Equal(MqttResumption.Fresh, bench.Connect(isPresent: false));
        foreach (var (payload, qos) in (ReadOnlySpan<(string, byte)>)[("a", 2), ("b", 1), ("c", 2), ("d", 2), ("e", 1)])
            bench.Hold(payload, qos);
        bench.Sent();
        bench.Session.PubRecArrived(4, 0);
        bench.Session.PubRecArrived(1, 0);
        bench.Hold("f");
        bench.Session.Disconnected();
        Assert.False(bench.Session.TryTake(out _));

        Assert.Equal(MqttResumption.Resumed, bench.Connect());
        Assert.Equal("PUBREL 4; PUBREL 1; PUBLISH 2 dup t=b; PUBLISH 3 dup t=c; PUBLISH 5 dup t=e; PUBLISH 6 t=f", bench.Sent());
        Assert.Equal("d", bench.Session.PubCompArrived(4, 0).Owner);
        Assert.Equal("a", bench.Session.PubCompArrived(1, 0x92).Owner);
    }

    [Fact]
    public void What_was_numbered_and_not_handed_out_carries_no_DUP()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        bench.Hold("a");
        bench.Hold("b");
        Assert.True(bench.Session.TryTake(out _));
        bench.Session.Disconnected();
        bench.Connect();
        Assert.Equal("PUBLISH 1 dup t=a; PUBLISH 2 t=b", bench.Sent());
    }

    [Fact]
    public void A_broker_that_has_lost_the_session_gets_what_it_had_not_taken_over_as_new()
    {
        using var bench = new SessionBench(new MqttSessionLimits { Window = 3 });
        bench.Connect(isPresent: false);
        foreach (var (payload, qos) in (ReadOnlySpan<(string, byte)>)[("a", 2), ("b", 1), ("c", 2), ("d", 1)])
            bench.Hold(payload, qos);
        Assert.Equal("PUBLISH 1 t=a; PUBLISH 2 t=b; PUBLISH 3 t=c", bench.Sent());
        bench.Session.PubRecArrived(1, 0);
        bench.Session.Disconnected();
        Assert.Equal(MqttResumption.LostByBroker, bench.Connect(isPresent: false));
        Assert.Equal("Uncertain a", bench.Settled());
        Assert.Equal("PUBLISH 4 t=b; PUBLISH 5 t=c; PUBLISH 6 t=d", bench.Sent());
    }

    [Fact]
    public void The_end_of_a_session_tells_what_is_lost_and_a_new_one_begins()
    {
        using var bench = new SessionBench(new MqttSessionLimits { Window = 2 });
        bench.Connect(isPresent: false);
        foreach (var (payload, qos) in (ReadOnlySpan<(string, byte)>)[("a", 2), ("b", 1), ("c", 1)])
            bench.Hold(payload, qos);
        bench.Sent();
        bench.Session.PubRecArrived(1, 0);
        bench.Session.End();
        Assert.Equal(0, bench.Pool.Out);
        Assert.Equal("Uncertain a; Lost b; Lost c", bench.Settled());
        Assert.Equal((0, 0L), (bench.Session.Count, bench.Session.Bytes));
        Assert.False(bench.Session.IsEstablished);
        Assert.Equal(MqttResumption.Fresh, bench.Connect(isPresent: false));
        bench.Hold("d");
        Assert.Equal("PUBLISH 3 t=d", bench.Sent());
    }

    [Fact]
    public void A_session_that_only_the_broker_has_is_used_all_the_same()
    {
        using var bench = new SessionBench(firstId: 4711);
        Assert.Equal(MqttResumption.UnknownHere, bench.Connect(isPresent: true));
        bench.Hold("a");
        Assert.Equal("PUBLISH 4711 t=a", bench.Sent());
        bench.Session.Disconnected();
        Assert.Equal(MqttResumption.Resumed, bench.Connect());
    }

    [Fact]
    public void A_connection_that_ends_while_a_message_is_written_sends_it_again_whole()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        bench.Hold("a");
        Assert.True(bench.Session.TryTake(out _));
        bench.Session.Disconnected();
        bench.Connect();
        Assert.Equal("PUBLISH 1 dup t=a", bench.Sent());
    }
}
