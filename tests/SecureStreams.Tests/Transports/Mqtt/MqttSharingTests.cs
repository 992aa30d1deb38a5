using SecureStreams.Codecs.Mqtt;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>Streams that are one client at one broker share its connection.</summary>
public sealed class MqttSharingTests
{
    private static readonly string Whole = "rx-" + (SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage);

    [Fact]
    public async Task Streams_share_one_connection_and_the_last_one_closes_it()
    {
        await using var bench = new MqttBench();
        var (one, peer) = await bench.ConnectAsync(Of(bench, "one", "a/1"));
        var two = await bench.JoinAsync(peer, Of(bench, "two", "a/2"));
        await peer.PublishAsync("a/2", "for two");
        await two.WaitForAsync(Whole);
        await peer.PublishAsync("a/1", "for one");
        await one.WaitForAsync(Whole);
        Assert.Equal(("for one", "for two"), (one.ReceivedText, two.ReceivedText));
        one.Send("from one");
        two.Send("from two");
        Assert.Equal("from one from two", string.Join(' ', new[] { (await peer.ReadAsync(MqttPacketType.Publish)).Text, (await peer.ReadAsync(MqttPacketType.Publish)).Text }.Order()));

        one.Close();
        await one.EndAsync();
        Assert.Equal("a/1", (await peer.ReadAsync(MqttPacketType.Unsubscribe)).Filter);
        two.Send("still here");
        Assert.Equal("still here", (await peer.ReadAsync(MqttPacketType.Publish)).Text);
        two.Close();
        await two.EndAsync();
        await peer.ReadAsync(MqttPacketType.Disconnect);
        Assert.Null(await peer.ReadAsync());
        Assert.False(bench.HasPeer);
    }

    [Fact]
    public async Task Overlapping_filters_give_a_message_to_each_stream_once_and_are_asked_for_once()
    {
        await using var bench = new MqttBench();
        var (wide, peer) = await bench.ConnectAsync(Of(bench, "wide", "a/#"));
        var exact = await bench.JoinAsync(peer, Of(bench, "exact", "a/b"));

        // The same filter is there already.
        var twin = await bench.JoinAsync(peer, Of(bench, "twin", "a/#"), subscribes: false);
        await peer.PublishAsync("a/b", "x", qos: 1, id: 5);
        await peer.ReadAsync(MqttPacketType.PublishAck);
        await peer.PublishAsync("a/c", "y");
        await peer.PublishAsync("$SYS/c", "z");
        await peer.PublishAsync("a", "end");
        await wide.WaitForCountAsync(Whole, 3);
        await twin.WaitForCountAsync(Whole, 3);
        Assert.Equal(("xyend", "x", "xyend"), (wide.ReceivedText, exact.ReceivedText, twin.ReceivedText));

        // Only the last stream that has a filter ends its subscription.
        twin.Close();
        await twin.EndAsync();
        wide.Close();
        await wide.EndAsync();
        Assert.Equal("a/#", (await peer.ReadAsync(MqttPacketType.Unsubscribe)).Filter);
        exact.Close();
        await exact.EndAsync();
        await peer.ReadAsync(MqttPacketType.Disconnect);
    }

    [Fact]
    public async Task A_stream_that_needs_a_higher_QoS_asks_again()
    {
        await using var bench = new MqttBench();
        var (low, peer) = await bench.ConnectAsync(Of(bench, "low", "a/b"));
        var high = bench.Start(Of(bench, "high", "a/b", ", \"mqtt_qos\": 2"));
        var subscribe = await peer.AnswerSubscribeAsync();
        Assert.Equal(("a/b", 2), (subscribe.Filter, subscribe.AskedQos));
        await high.WaitForAsync("connected");
        peer.Dispose();
        await low.EndAsync();
        await high.EndAsync();
    }

    [Fact]
    public async Task Streams_that_come_while_the_connection_is_made_wait_for_the_same_one()
    {
        await using var bench = new MqttBench();
        var runs = Enumerable.Range(0, 10).Select(i => bench.Start(Of(bench, $"s{i}", $"a/{i}"))).ToArray();
        var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync();
        foreach (var _ in runs)
            await peer.AnswerSubscribeAsync();
        foreach (var run in runs)
            await run.WaitForAsync("connected");
        Assert.False(bench.HasPeer);
        peer.Dispose();
        foreach (var run in runs)
            await run.EndAsync();
    }

    [Fact]
    public async Task When_the_connection_ends_every_stream_is_told_the_same_and_they_come_back_to_one()
    {
        await using var bench = new MqttBench();
        var policies = Enumerable.Range(0, 5).Select(i => Of(bench, $"s{i}", $"a/{i}")).ToArray();
        var (first, peer) = await bench.ConnectAsync(policies[0]);
        var runs = new List<TransportRun> { first };
        foreach (var policy in policies[1..])
            runs.Add(await bench.JoinAsync(peer, policy));
        await peer.BreakAsync();
        var failures = new List<TransportFailure?>();
        foreach (var run in runs)
            failures.Add(await run.EndAsync());
        Assert.All(failures, failure => Assert.Same(failures[0], failure));
        Assert.Equal(SsCauseCode.ConnectionReset, failures[0]?.Code);

        var again = policies.Select(policy => bench.Start(policy)).ToArray();
        var next = await bench.PeerAsync();
        await next.AcceptOnlyAsync();
        foreach (var _ in again)
            await next.AnswerSubscribeAsync();
        foreach (var run in again)
            await run.WaitForAsync("connected");
        Assert.False(bench.HasPeer);
        next.Dispose();
        foreach (var run in again)
            await run.EndAsync();
    }

    [Fact]
    public async Task A_stream_that_comes_while_the_connection_is_closing_waits_until_it_is_gone()
    {
        await using var bench = new MqttBench();
        var (one, peer) = await bench.ConnectAsync(Of(bench, "one", "a/1"));
        one.Close();
        await one.EndAsync();
        await peer.ReadAsync(MqttPacketType.Disconnect);
        var two = bench.Start(Of(bench, "two", "a/2"));
        await two.TurnAsync();
        Assert.False(bench.HasPeer);
        peer.Dispose();
        var next = await bench.PeerAsync();
        await next.AcceptOnlyAsync();
        await next.AnswerSubscribeAsync();
        await two.WaitForAsync("connected");
        next.Dispose();
        await two.EndAsync();
    }

    [Fact]
    public async Task A_stream_with_other_settings_is_refused_while_the_connection_is_there()
    {
        await using var bench = new MqttBench();
        var (one, peer) = await bench.ConnectAsync(Of(bench, "one", "a/1"));
        var rival = bench.Start(Of(bench, "rival", "a/2", ", \"mqtt_keep_alive\": 7"));
        var failure = await rival.EndAsync();
        Assert.NotNull(failure);
        Assert.Equal((SsPhase.Policy, SsCauseCode.ClientIdInUse, "mqtt_keep_alive"), (failure.Phase, failure.Code, failure.Attribute));
        peer.Dispose();
        await one.EndAsync();
    }

    [Fact]
    public async Task Streams_without_a_client_id_and_with_other_settings_have_connections_of_their_own()
    {
        await using var bench = new MqttBench();
        var (one, peer) = await bench.ConnectAsync(bench.PolicyOf("\"mqtt_topic\": \"t\""), subscribes: false);
        var (two, other) = await bench.ConnectAsync(bench.PolicyOf("\"mqtt_topic\": \"t\", \"mqtt_keep_alive\": 60"), subscribes: false);
        Assert.NotSame(peer, other);
        one.Close();
        two.Close();
        await one.EndAsync();
        await two.EndAsync();
    }

    [Fact]
    public async Task A_paused_stream_slows_nobody_and_what_it_may_hold_is_bounded()
    {
        await using var bench = new MqttBench();
        var (slow, peer) = await bench.ConnectAsync(Of(bench, "slow", "a/slow", ", \"mqtt_queue_bytes\": 1000"));
        var quick = await bench.JoinAsync(peer, Of(bench, "quick", "a/quick"));
        bench.Log.Allow("Dropping");
        slow.Pause(true);
        await slow.TurnAsync();
        var payload = new string('x', 100);
        for (var i = 0; i < 50; i++)
            await peer.PublishAsync("a/slow", payload);
        await peer.PublishAsync("a/quick", "quick");
        await quick.WaitForAsync(Whole);
        Assert.Empty(slow.Received);
        slow.Pause(false);
        await peer.PublishAsync("a/quick", "again");
        await quick.WaitForCountAsync(Whole, 2);
        peer.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        await slow.EndAsync();
        Assert.Equal(10 * 100, slow.Received.Length);
        Assert.Contains(bench.Log.Entries, static entry => entry.ToString().Contains("Dropping", StringComparison.Ordinal));
        await quick.EndAsync();
    }

    [Fact]
    public async Task Beyond_eight_messages_a_paused_stream_does_not_keep_the_window_of_the_others()
    {
        await using var bench = new MqttBench();
        var (slow, peer) = await bench.ConnectAsync(Of(bench, "slow", "a/slow", ", \"mqtt_qos\": 1"));
        var quick = await bench.JoinAsync(peer, Of(bench, "quick", "a/quick", ", \"mqtt_qos\": 1"));
        slow.Pause(true);
        await slow.TurnAsync();
        for (var i = 1; i <= 10; i++)
            await peer.PublishAsync("a/slow", $"m{i}", qos: 1, id: (ushort)i);
        await peer.PublishAsync("a/quick", "quick", qos: 1, id: 99);
        Assert.Equal(9, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        Assert.Equal(10, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        Assert.Equal(99, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        slow.Pause(false);
        for (var i = 1; i <= 8; i++)
            Assert.Equal(i, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        await slow.WaitForCountAsync(Whole, 10);
        peer.Dispose();
        await slow.EndAsync();
        await quick.EndAsync();
    }

    [Fact]
    public async Task What_a_paused_stream_cannot_even_hold_is_not_answered()
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("Dropping");
        var (slow, peer) = await bench.ConnectAsync(Of(bench, "slow", "a/slow", ", \"mqtt_qos\": 1, \"mqtt_queue_bytes\": 10"));
        var quick = await bench.JoinAsync(peer, Of(bench, "quick", "a/quick", ", \"mqtt_qos\": 1"));
        slow.Pause(true);
        await slow.TurnAsync();
        for (var i = 1; i <= 6; i++)
            await peer.PublishAsync("a/slow", "0123456789", qos: 1, id: (ushort)i);
        await peer.PublishAsync("a/quick", "quick", qos: 1, id: 99);
        Assert.Equal(99, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);

        // Four times as much as the bound is held; the rest the broker keeps.
        slow.Pause(false);
        for (var i = 1; i <= 4; i++)
            Assert.Equal(i, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        await peer.PublishAsync("a/quick", "again", qos: 1, id: 100);
        Assert.Equal(100, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        Assert.Equal(40, slow.Received.Length);
        peer.Dispose();
        await slow.EndAsync();
        await quick.EndAsync();
    }

    [Fact]
    public async Task A_stream_that_takes_the_broker_for_dead_ends_the_connection_for_all()
    {
        await using var bench = new MqttBench();
        var (one, peer) = await bench.ConnectAsync(Of(bench, "one", "a/1"));
        var two = await bench.JoinAsync(peer, Of(bench, "two", "a/2"));
        one.Post(one.Transport.AbortOnMailbox);
        Assert.Equal(SsCauseCode.LocalDisconnect, (await one.EndAsync())?.Code);
        var failure = await two.EndAsync();
        Assert.NotNull(failure);
        Assert.Equal(SsCauseCode.PeerUnresponsive, failure.Code);
        Assert.Contains("'one'", failure.Message, StringComparison.Ordinal);

        // Nothing is said to one that is taken for dead.
        Assert.Null(await peer.ReadAsync());
    }

    [Fact]
    public async Task A_hundred_streams_are_one_client()
    {
        const int Streams = 100;
        await using var bench = new MqttBench();
        var (first, peer) = await bench.ConnectAsync(Of(bench, "s0", "a/0/+"));
        var runs = new List<TransportRun> { first };
        for (var i = 1; i < Streams; i++)
            runs.Add(await bench.JoinAsync(peer, Of(bench, $"s{i}", $"a/{i}/{(i % 2 == 0 ? "+" : "x")}")));
        for (var i = 0; i < Streams; i++)
            await peer.PublishAsync($"a/{i}/x", $"m{i}", qos: 1, id: (ushort)(i + 1));
        for (var i = 0; i < Streams; i++)
            await peer.ReadAsync(MqttPacketType.PublishAck);
        for (var i = 0; i < Streams; i++)
            Assert.Equal($"m{i}", runs[i].ReceivedText);
        foreach (var run in runs)
            run.Send("out");
        for (var i = 0; i < Streams; i++)
            await peer.ReadAsync(MqttPacketType.Publish);
        Assert.False(bench.HasPeer);
        peer.Dispose();
        foreach (var run in runs)
            await run.EndAsync();
    }

    private static StreamTypePolicy Of(MqttBench bench, string name, string filter, string more = "") =>
        bench.PolicyOf($"\"mqtt_client_id\": \"shared\", \"mqtt_topic\": \"out/{name}\", \"mqtt_subscribe\": \"{filter}\"{more}", name);
}
