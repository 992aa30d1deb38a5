using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session;

/// <summary>Messages that come in: delivered as often as their QoS says, answered when they are taken.</summary>
public sealed class MqttSessionInboundTests
{
    [Fact]
    public void QoS_1_is_answered_when_it_is_taken()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        Assert.Equal(MqttArrival.Deliver, bench.Session.PublishArrived(5, 1, out var ticket));
        Assert.Equal("", bench.Sent());
        bench.Session.Accept(ticket);
        Assert.Equal("PUBACK 5", bench.Sent());
    }

    [Fact]
    public void QoS_1_taken_late_is_not_answered_on_the_next_connection()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        bench.Session.PublishArrived(5, 1, out var ticket);
        bench.Session.Disconnected();
        bench.Session.Accept(ticket);
        bench.Connect();
        bench.Session.Accept(ticket);
        Assert.Equal("", bench.Sent());
    }

    [Fact]
    public void QoS_2_is_given_once_until_it_is_completed()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        Assert.Equal(MqttArrival.Deliver, bench.Session.PublishArrived(5, 2, out var ticket));
        bench.Session.Accept(ticket);
        Assert.Equal("PUBREC 5", bench.Sent());
        Assert.Equal(MqttArrival.Duplicate, bench.Session.PublishArrived(5, 2, out _));
        Assert.Equal("PUBREC 5", bench.Sent());

        bench.Session.Disconnected();
        bench.Connect();
        Assert.Equal(MqttArrival.Duplicate, bench.Session.PublishArrived(5, 2, out _));
        Assert.Equal("PUBREC 5", bench.Sent());
        bench.Session.PubRelArrived(5);
        Assert.Equal("PUBCOMP 5", bench.Sent());
        Assert.Equal(0, bench.Session.Incoming);
        Assert.Equal(MqttArrival.Deliver, bench.Session.PublishArrived(5, 2, out _));
    }

    [Fact]
    public void QoS_2_that_is_taken_after_a_reconnect_is_not_given_again_and_answered_then()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        bench.Session.PublishArrived(5, 2, out var ticket);
        bench.Session.Disconnected();
        bench.Connect();
        Assert.Equal(MqttArrival.Duplicate, bench.Session.PublishArrived(5, 2, out _));
        Assert.Equal("", bench.Sent());
        bench.Session.Accept(ticket);
        Assert.Equal("PUBREC 5", bench.Sent());
        bench.Session.Accept(ticket);
        Assert.Equal("", bench.Sent());
    }

    [Fact]
    public void QoS_2_that_is_taken_between_connections_is_answered_when_it_comes_again()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        bench.Session.PublishArrived(5, 2, out var ticket);
        bench.Session.Disconnected();
        bench.Session.Accept(ticket);
        bench.Connect();
        Assert.Equal("", bench.Sent());
        Assert.Equal(MqttArrival.Duplicate, bench.Session.PublishArrived(5, 2, out _));
        Assert.Equal("PUBREC 5", bench.Sent());
    }

    [Fact]
    public void What_a_stream_leaves_comes_again()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        bench.Session.PublishArrived(5, 2, out var ticket);
        bench.Session.Leave(ticket);
        bench.Session.Disconnected();
        bench.Connect();
        Assert.Equal(MqttArrival.Deliver, bench.Session.PublishArrived(5, 2, out _));
        bench.Session.Accept(ticket);
    }

    [Fact]
    public void A_refusal_answers_with_its_reason_and_frees_the_number()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        bench.Session.PublishArrived(5, 2, out var two);
        bench.Session.PublishArrived(6, 1, out var one);
        bench.Session.Refuse(two, 0x83);
        bench.Session.Refuse(one, 0x97);
        Assert.Equal("PUBREC 5 83; PUBACK 6 97", bench.Sent());
        Assert.Equal(MqttArrival.Deliver, bench.Session.PublishArrived(5, 2, out _));
    }

    [Fact]
    public void PUBREL_of_nothing_is_answered_not_found_and_one_too_early_changes_nothing()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        bench.Session.PubRelArrived(9);
        Assert.Equal("PUBCOMP 9 92", bench.Sent());
        bench.Session.PublishArrived(5, 2, out var ticket);
        bench.Session.PubRelArrived(5);
        Assert.Equal("PUBCOMP 5 92", bench.Sent());
        bench.Session.Accept(ticket);
        Assert.Equal("PUBREC 5", bench.Sent());
        Assert.Equal(2, bench.Session.Strays);
    }

    [Fact]
    public void A_broker_that_has_lost_the_session_may_use_all_numbers_anew()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        bench.Session.PublishArrived(5, 2, out var pending);
        bench.Session.PublishArrived(6, 2, out var taken);
        bench.Session.Accept(taken);
        bench.Sent();
        bench.Session.Disconnected();
        Assert.Equal(MqttResumption.LostByBroker, bench.Connect(isPresent: false));
        Assert.Equal(MqttArrival.Deliver, bench.Session.PublishArrived(5, 2, out _));
        Assert.Equal(MqttArrival.Deliver, bench.Session.PublishArrived(6, 2, out _));

        // The one before it does not answer for it.
        bench.Session.Accept(pending);
        Assert.Equal("", bench.Sent());
    }

    [Fact]
    public void Who_sends_more_than_was_announced_is_noticed_once_and_answers_make_room()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false, own: 2);
        bench.Session.PublishArrived(1, 1, out var one);
        bench.Session.PublishArrived(2, 2, out var two);
        bench.Session.Accept(one);
        Assert.Equal("PUBACK 1", bench.Sent());
        Assert.Equal(MqttArrival.Deliver, bench.Session.PublishArrived(3, 1, out _));
        bench.Session.Accept(two);
        Assert.Equal("PUBREC 2", bench.Sent());
        bench.Session.PubRelArrived(2);
        Assert.Equal("PUBCOMP 2", bench.Sent());
        Assert.Equal(MqttArrival.Deliver, bench.Session.PublishArrived(4, 2, out _));
        Assert.False(bench.Session.TakeOverrun());
        Assert.Equal(MqttArrival.Deliver, bench.Session.PublishArrived(5, 1, out _));
        Assert.True(bench.Session.TakeOverrun());
        Assert.Equal(MqttArrival.Deliver, bench.Session.PublishArrived(6, 1, out _));
        Assert.False(bench.Session.TakeOverrun());
        Assert.Equal(MqttArrival.NoIdentifier, bench.Session.PublishArrived(0, 1, out _));
    }

    [Fact]
    public void Where_nothing_is_announced_answers_for_the_connection_before_do_no_harm()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        bench.Session.PublishArrived(5, 2, out var ticket);
        bench.Session.Accept(ticket);
        bench.Sent();
        bench.Session.Disconnected();
        bench.Connect();
        bench.Session.PubRelArrived(5);
        Assert.Equal("PUBCOMP 5", bench.Sent());
        Assert.Equal(MqttArrival.Deliver, bench.Session.PublishArrived(6, 1, out _));
    }

    [Fact]
    public void A_broker_that_asks_and_never_reads_is_remembered_a_bounded_time()
    {
        using var bench = new SessionBench();
        bench.Connect(isPresent: false);
        for (var number = 0; number < 300_000; number++)
            bench.Session.PubRelArrived((ushort)(1 + number % 65535));
        Assert.Equal(MqttSessionDefaults.MostReplies, bench.Session.Replies);
        bench.Session.Disconnected();
        Assert.Equal(0, bench.Session.Replies);
    }
}
