using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session;

/// <summary>Messages on their way out: numbers, window, answers.</summary>
public sealed class MqttSessionOutboundTests
{
    private const byte NotFound = 0x92;

    [Fact]
    public void QoS_1_is_over_with_PUBACK_and_its_memory_goes_back()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        var ticket = bench.Hold("a", retain: true);
        Assert.Equal("PUBLISH 1 retain t=a", bench.Sent());
        Assert.Equal(1, bench.Pool.Out);
        Assert.Equal(2, bench.Session.Bytes);

        Assert.Equal(new MqttSettled(MqttSettlement.Acknowledged, "a", ticket, 0), bench.Session.PubAckArrived(1, 0));
        Assert.Equal(0, bench.Pool.Out);
        Assert.Equal((0, 0L), (bench.Session.Count, bench.Session.Bytes));
        Assert.Equal("", bench.Sent());
    }

    [Fact]
    public void QoS_2_gives_its_memory_back_with_PUBREC_and_is_over_with_PUBCOMP()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        var ticket = bench.Hold("a", qos: 2);
        Assert.Equal("PUBLISH 1 t=a", bench.Sent());
        Assert.Equal(default, bench.Session.PubRecArrived(1, 0));
        Assert.Equal(0, bench.Pool.Out);
        Assert.Equal("PUBREL 1", bench.Sent());
        Assert.Equal(new MqttSettled(MqttSettlement.Acknowledged, "a", ticket, 0), bench.Session.PubCompArrived(1, 0));
        Assert.Equal(0, bench.Session.Count);
    }

    [Fact]
    public void A_refusal_is_told_with_its_reason_and_frees_number_and_window()
    {
        using var bench = new SessionBench(new MqttSessionLimits { Window = 1 });
        bench.Connect(isPresent: false);
        bench.Hold("a", qos: 2);
        bench.Hold("b");
        bench.Hold("c");
        Assert.Equal("PUBLISH 1 t=a", bench.Sent());
        var refused = bench.Session.PubRecArrived(1, 0x97);
        Assert.Equal((MqttSettlement.Refused, "a", (byte)0x97), (refused.How, refused.Owner, refused.Reason));
        Assert.Equal("PUBLISH 2 t=b", bench.Sent());
        refused = bench.Session.PubAckArrived(2, 0x87);
        Assert.Equal((MqttSettlement.Refused, "b", (byte)0x87), (refused.How, refused.Owner, refused.Reason));
        Assert.Equal("PUBLISH 3 t=c", bench.Sent());
        Assert.Equal(MqttSettlement.Acknowledged, bench.Session.PubAckArrived(3, 0x10).How);
    }

    [Fact]
    public void The_window_is_the_smaller_of_both_and_counts_until_PUBACK_or_PUBCOMP()
    {
        using var bench = new SessionBench(new MqttSessionLimits { Window = 5 });
        bench.Connect(isPresent: false, receiveMaximum: 2);
        foreach (var payload in (string[])["a", "b", "c", "d"])
            bench.Hold(payload, qos: 2);
        Assert.Equal("PUBLISH 1 t=a; PUBLISH 2 t=b", bench.Sent());
        bench.Session.PubRecArrived(1, 0);
        Assert.Equal("PUBREL 1", bench.Sent());
        bench.Session.PubCompArrived(1, 0);
        Assert.Equal("PUBLISH 3 t=c", bench.Sent());
        Assert.Equal(1, bench.Session.Waiting);

        bench.Session.Disconnected();
        bench.Connect(isPresent: true, receiveMaximum: 9);
        Assert.Equal("PUBLISH 2 dup t=b; PUBLISH 3 dup t=c; PUBLISH 4 t=d", bench.Sent());
    }

    [Fact]
    public void QoS_2_has_a_window_of_its_own_and_what_follows_keeps_its_place()
    {
        using var bench = new SessionBench(new MqttSessionLimits { Window = 9, ExactlyOnceWindow = 2 });
        bench.Connect(isPresent: false);
        bench.Hold("a", qos: 2);
        bench.Hold("b");
        foreach (var payload in (string[])["c", "d", "e"])
            bench.Hold(payload, qos: 2);
        bench.Hold("f");
        Assert.Equal("PUBLISH 1 t=a; PUBLISH 2 t=b; PUBLISH 3 t=c", bench.Sent());
        bench.Session.PubAckArrived(2, 0);
        bench.Session.PubRecArrived(1, 0);
        Assert.Equal("PUBREL 1", bench.Sent());
        bench.Session.PubCompArrived(1, 0);
        Assert.Equal("PUBLISH 4 t=d", bench.Sent());

        // What is out anew counts anew.
        bench.Session.Disconnected();
        bench.Connect(isPresent: true);
        Assert.Equal("PUBLISH 3 dup t=c; PUBLISH 4 dup t=d", bench.Sent());
        bench.Session.PubRecArrived(3, 0x97);
        Assert.Equal("PUBLISH 5 t=e; PUBLISH 6 t=f", bench.Sent());
    }

    [Fact]
    public void A_window_that_shrinks_over_a_reconnect_holds_for_what_is_sent_again()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        foreach (var payload in (string[])["a", "b", "c"])
            bench.Hold(payload);
        bench.Sent();
        bench.Session.Disconnected();
        bench.Connect(isPresent: true, receiveMaximum: 1);
        Assert.Equal("PUBLISH 1 dup t=a", bench.Sent());
        bench.Session.PubAckArrived(1, 0);
        Assert.Equal("PUBLISH 2 dup t=b", bench.Sent());
        bench.Session.PubAckArrived(3, 0);
        Assert.Equal("", bench.Sent());
        bench.Session.PubAckArrived(2, 0);
        Assert.Equal(0, bench.Session.Count);
    }

    [Fact]
    public void What_the_broker_has_taken_over_counts_in_a_smaller_window_too()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        bench.Hold("a", qos: 2);
        bench.Hold("b", qos: 2);
        bench.Hold("c", qos: 2);
        bench.Sent();
        bench.Session.PubRecArrived(1, 0);
        bench.Session.PubRecArrived(2, 0);
        bench.Session.Disconnected();
        bench.Connect(isPresent: true, receiveMaximum: 2);
        Assert.Equal("PUBREL 1; PUBREL 2", bench.Sent());
        bench.Session.PubCompArrived(1, 0);
        Assert.Equal("PUBLISH 3 dup t=c", bench.Sent());
    }

    [Fact]
    public void Numbers_are_never_0_nor_one_in_use_and_are_shared_with_requests()
    {
        using var bench = new SessionBench(firstId: 65534);
        bench.Connect(isPresent: false);
        bench.Hold("a");
        Assert.Equal("PUBLISH 65534 t=a", bench.Sent());
        Assert.Equal(65535, bench.Session.TakeRequestId());
        Assert.Equal(1, bench.Session.TakeRequestId());
        for (var id = 2; id <= 65533; id++)
            Assert.Equal(id, bench.Session.TakeRequestId());
        Assert.Equal(0, bench.Session.TakeRequestId());
        bench.Hold("b");
        Assert.Equal("", bench.Sent());
        Assert.True(bench.Session.ReturnRequestId(77));
        Assert.False(bench.Session.ReturnRequestId(77));
        Assert.False(bench.Session.ReturnRequestId(65534));
        Assert.Equal("PUBLISH 77 t=b", bench.Sent());

        // Requests end with their connection.
        bench.Session.Disconnected();
        bench.Connect();
        Assert.Equal("PUBLISH 65534 dup t=a; PUBLISH 77 dup t=b", bench.Sent());
        Assert.Equal(78, bench.Session.TakeRequestId());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Answers_that_fit_nothing_change_nothing(byte qos)
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        bench.Hold("a", qos);

        // Not sent yet.
        Assert.Equal(default, bench.Session.PubAckArrived(1, 0));
        Assert.Equal("PUBLISH 1 t=a", bench.Sent());

        // Unknown, or of the other kind.
        Assert.Equal(default, bench.Session.PubAckArrived(7, 0));
        Assert.Equal(default, bench.Session.PubCompArrived(7, 0));
        Assert.Equal(default, bench.Session.PubCompArrived(1, 0));
        Assert.Equal(default, qos == 1 ? bench.Session.PubRecArrived(1, 0x80) : bench.Session.PubAckArrived(1, 0));
        Assert.Equal("", bench.Sent());
        Assert.Equal(5, bench.Session.Strays);

        Assert.Equal(default, bench.Session.PubRecArrived(7, 0));
        Assert.Equal("PUBREL 7 92", bench.Sent());
        Assert.Equal(1, bench.Session.Count);
        Assert.Equal(1, bench.Pool.Out);
    }

    [Fact]
    public void A_second_PUBREC_is_answered_again_and_a_late_refusal_ends_it()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        bench.Hold("a", qos: 2);
        bench.Sent();
        bench.Session.PubRecArrived(1, 0);
        bench.Session.PubRecArrived(1, 0);
        Assert.Equal("PUBREL 1", bench.Sent());
        bench.Session.PubRecArrived(1, 0);
        Assert.Equal("PUBREL 1", bench.Sent());
        Assert.Equal(MqttSettlement.Refused, bench.Session.PubRecArrived(1, NotFound).How);
        Assert.Equal(0, bench.Session.Count);
    }

    [Fact]
    public void A_full_session_takes_no_more_but_one_large_message_when_it_is_empty()
    {
        using var bench = new SessionBench(new MqttSessionLimits { MostMessages = 2, MostBytes = 8 });
        bench.Connect(isPresent: false);
        bench.Hold("larger than eight");
        Assert.False(bench.TryHold("b", out _));
        Assert.Equal("PUBLISH 1 t=larger than eight", bench.Sent());
        bench.Session.PubAckArrived(1, 0);
        bench.Hold("a");
        bench.Hold("b");
        Assert.False(bench.TryHold("", out _));
        Assert.False(bench.Session.CanHold(1));
    }

    [Fact]
    public void What_is_answered_while_it_is_written_keeps_its_memory_until_it_is_written()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        bench.Hold("a");
        bench.Hold("b", qos: 2);
        Assert.True(bench.Session.TryTake(out var send));
        Assert.False(bench.Session.TryTake(out _));
        Assert.Equal(MqttSettlement.Refused, bench.Session.PubAckArrived(1, 0x97).How);
        Assert.Equal("a"u8, send.Message!.Payload);
        Assert.Equal(2, bench.Pool.Out);
        bench.Session.Written();
        Assert.Equal(1, bench.Pool.Out);

        Assert.True(bench.Session.TryTake(out send));
        bench.Session.PubRecArrived(2, 0);
        Assert.Equal("b"u8, send.Message!.Payload);
        bench.Session.Written();
        Assert.Equal(0, bench.Pool.Out);
        Assert.Equal("PUBREL 2", bench.Sent());
        Assert.Equal(0, bench.Session.Bytes);
    }

    [Fact]
    public void What_a_broker_cannot_take_is_withdrawn()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        bench.Hold("a");
        bench.Hold("b");
        Assert.True(bench.Session.TryTake(out _));
        var settled = bench.Session.Withdraw(0x95);
        Assert.Equal((MqttSettlement.Refused, "a", (byte)0x95), (settled.How, settled.Owner, settled.Reason));
        Assert.Equal(1, bench.Pool.Out);
        Assert.Equal("PUBLISH 2 t=b", bench.Sent());
    }

    [Fact]
    public void Who_is_gone_is_told_nothing()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        var owner = "a";
        bench.Hold(owner);
        bench.Session.Disown(owner);
        Assert.Equal("PUBLISH 1 t=a", bench.Sent());
        Assert.Null(bench.Session.PubAckArrived(1, 0).Owner);
    }
}
