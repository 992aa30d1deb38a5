using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Telemetry;
using Xunit;

namespace SecureStreams.Tests.Transports.LocalSink;

/// <summary>Sources, sinks and what both are told.</summary>
public sealed class LocalSinkTests
{
    [Fact]
    public async Task Both_ends_live_a_stream_and_exchange_messages()
    {
        await using var bench = new SinkBench();
        await using var listener = bench.Listen("work", static accepted => accepted
            .OnTransmitDo(Once("hi, ", "source"))
            .OnStateDo(SsState.Creating, static stream => stream.RequestTransmit()));
        Assert.Equal("work", listener.StreamType);
        var (source, handler, accepted) = await bench.JoinAsync("work", static source => source
            .OnTransmitDo(Once("hello, ", "sink"))
            .OnStateDo(SsState.Connected, static stream => stream.RequestTransmit()));
        await handler.WaitForAsync(static h => h.ReceivedMessages == 1);
        await accepted.WaitForAsync(static h => h.ReceivedMessages == 1);
        Assert.Equal(("hi, source", "hello, sink"), (handler.ReceivedText, accepted.ReceivedText));
        Assert.Equal(
            [SsRxFlags.StartOfMessage, SsRxFlags.EndOfMessage],
            accepted.Events.Where(static one => one.Kind == RecordedKind.Receive).Select(static one => one.Flags));

        await source.DisposeAsync();
        await accepted.WaitForStateAsync(SsState.Destroying);
        Assert.Equal("Creating Connecting Connected Disconnected Destroying", handler.Story);
        Assert.Equal("Creating Connecting Connected Disconnected Destroying", accepted.Story);
        var cause = accepted.CauseOf(SsState.Disconnected);
        Assert.Equal((SsPhase.Peer, SsCauseCode.PeerClosed, SsNextAction.Destroy), (cause.Phase, cause.Code, cause.NextAction));
        handler.AssertCleanAndDestroyed();
    }

    [Fact]
    public async Task What_both_ends_send_and_receive_is_counted()
    {
        using var meters = new MeterProbe().Listen();
        await using var bench = new SinkBench(meters: meters);
        await using var listener = bench.Listen("work", static accepted => accepted
            .OnTransmitDo(Once("hi, ", "source"))
            .OnStateDo(SsState.Creating, static stream => stream.RequestTransmit()));
        var (_, handler, accepted) = await bench.JoinAsync("work", static source => source
            .OnTransmitDo(Once("hello, ", "sink"))
            .OnStateDo(SsState.Connected, static stream => stream.RequestTransmit()));
        await handler.WaitForAsync(static h => h.ReceivedMessages == 1);
        await accepted.WaitForAsync(static h => h.ReceivedMessages == 1);

        Assert.Equal(["network.io.direction=receive ss.streamtype=work: 21", "network.io.direction=transmit ss.streamtype=work: 21"], meters.SumsOf("ss.payload.io"));
    }

    [Theory]
    [InlineData("disconnect")]
    [InlineData("dispose")]
    [InlineData("result")]
    [InlineData("throw")]
    public async Task When_the_accepted_stream_goes_the_source_is_told_and_joins_anew(string how)
    {
        await using var bench = new SinkBench();
        if (how == "throw")
            bench.Log.Allow("HandlerThrew");
        var first = true;
        await using var listener = bench.Listen("work", accepted => accepted.OnReceiveDo((stream, _, _) =>
        {
            if (!first)
                return SsResult.Continue;
            first = false;
            switch (how)
            {
                case "disconnect":
                    stream.Disconnect();
                    return SsResult.Continue;
                case "dispose":
                    Assert.True(stream.DisposeAsync().AsTask().IsCompleted);
                    return SsResult.Continue;
                case "throw":
                    throw new InvalidOperationException("thrown by the handler");
                default:
                    return SsResult.Disconnect;
            }
        }));
        var (_, handler, accepted) = await bench.JoinAsync("work", static source => source
            .OnTransmitDo(Once("x")).OnStateDo(SsState.Connected, static stream => stream.RequestTransmit()));
        await handler.WaitForStateAsync(SsState.Disconnected);

        // Two mailboxes: the source may be told before the other end has told everything of its own.
        await accepted.WaitForStateAsync(SsState.Destroying);
        Assert.Equal("Creating Connecting Connected Disconnected Destroying", accepted.Story);
        Assert.Equal(
            how switch { "throw" => SsCauseCode.HandlerException, "dispose" => SsCauseCode.LocalDestroy, _ => SsCauseCode.LocalDisconnect },
            accepted.CauseOf(SsState.Disconnected).Code);
        Assert.Equal((SsCauseCode.PeerClosed, SsNextAction.Retry), (handler.CauseOf(SsState.Disconnected).Code, handler.CauseOf(SsState.Disconnected).NextAction));

        await bench.PassAsync(TimeSpan.FromSeconds(1));
        await handler.WaitForStateAsync(SsState.Connected, times: 2);
        Assert.Equal(2, bench.Accepted.Count);
        Assert.Equal("Creating Connecting Connected Disconnected Poll Connecting Connected", handler.Story);
    }

    [Fact]
    public async Task Without_a_sink_it_is_unreachable_and_retried_until_there_is_one()
    {
        await using var bench = new SinkBench();
        var (stream, handler) = bench.Create("work");
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Unreachable);
        var cause = handler.CauseOf(SsState.Unreachable);
        Assert.Equal((SsPhase.Connect, SsCauseCode.NoLocalSink, SsNextAction.Retry), (cause.Phase, cause.Code, cause.NextAction));
        var detail = bench.Context.Diagnostics.Find(cause.DetailId)!;
        Assert.Contains("CreateListener(\"work\"", detail.Message, StringComparison.Ordinal);
        Assert.Equal("work.local_sink", detail.Policy!.Attribute);

        await using var listener = bench.Listen("work");
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        await handler.WaitForStateAsync(SsState.Connected);
        Assert.Equal("Creating Connecting Unreachable Poll Connecting Connected", handler.Story);

        // With the sink gone its streams go, and a source that still wants it is left with its retries.
        await listener.DisposeAsync();
        Assert.Equal("Creating Connecting Connected Disconnected Destroying", bench.Accepted.Single().Story);
        await handler.WaitForStateAsync(SsState.Disconnected);
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        await bench.PassAsync(TimeSpan.FromSeconds(2));
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        Assert.Equal(SsCauseCode.NoLocalSink, handler.CauseOf(SsState.AllRetriesFailed).Code);
    }

    [Theory]
    [InlineData("null", "")]
    [InlineData("throw", "")]
    [InlineData("Creating Destroy", "Creating Destroying")]
    [InlineData("Creating Disconnect", "Creating Destroying")]
    [InlineData("Connecting Disconnect", "Creating Connecting Destroying")]
    [InlineData("Connected Destroy", "Creating Connecting Connected Disconnected Destroying")]
    public async Task A_source_that_the_sink_refuses_is_unreachable(string how, string story)
    {
        await using var bench = new SinkBench();
        if (how == "throw")
            bench.Log.Allow("HandlerThrew");
        var accepted = new RecordingHandler();
        if (how.Split(' ') is [var state, var result])
        {
            accepted.OnStateDo(Enum.Parse<SsState>(state), (SecureStream _, in SsStateChange _) => Enum.Parse<SsResult>(result));
        }

        await using var listener = bench.Context.CreateListener("once", _ => how switch
        {
            "null" => null,
            "throw" => throw new InvalidOperationException("thrown by accept"),
            _ => accepted,
        });
        var (stream, handler) = bench.Create("once");
        stream.Connect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        Assert.Equal("Creating Connecting Unreachable AllRetriesFailed", handler.Story);
        Assert.Equal((SsPhase.Peer, SsCauseCode.PeerRefused), (handler.CauseOf(SsState.Unreachable).Phase, handler.CauseOf(SsState.Unreachable).Code));
        if (story.Length > 0)
            await accepted.WaitForStateAsync(SsState.Destroying);
        Assert.Equal(story, accepted.Story);
        accepted.AssertClean();
    }

    [Fact]
    public async Task A_streamtype_has_one_sink_at_a_time()
    {
        await using var bench = new SinkBench();
        var listener = bench.Listen("work");
        Assert.Contains("'work' has a sink already", Assert.Throws<SsPolicyException>(() => bench.Listen("work")).Message, StringComparison.Ordinal);
        await using var other = bench.Listen("tight");
        await listener.DisposeAsync();
        await listener.DisposeAsync();
        await using var next = bench.Listen("work");
        await bench.JoinAsync("work");
        Assert.Contains("local_sink", Assert.Throws<SsPolicyException>(() => bench.Listen("wire")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_sources_join_one_sink_each_with_a_stream_of_its_own()
    {
        await using var bench = new SinkBench();
        await using var listener = bench.Listen("work", static accepted => accepted.OnReceiveDo(Echo(accepted)));
        for (var i = 0; i < 20; i++)
        {
            var text = $"source {i}";
            var (_, handler, _) = await bench.JoinAsync("work", source => source
                .OnTransmitDo(Once(text)).OnStateDo(SsState.Connected, static stream => stream.RequestTransmit()));
            await handler.WaitForAsync(static h => h.ReceivedMessages == 1);
            Assert.Equal(text, handler.ReceivedText);
        }

        Assert.Equal(20, bench.Accepted.Count);
    }

    [Fact]
    public async Task A_message_that_is_cut_short_is_told_as_such()
    {
        await using var bench = new SinkBench();
        await using var listener = bench.Listen("once");
        var (source, _, accepted) = await bench.JoinAsync("once", static source => source
            .OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) => Put(ref tx, "half", SsTxFlags.StartOfMessage))
            .OnStateDo(SsState.Connected, static stream => stream.RequestTransmit()));
        await accepted.WaitForAsync(static h => h.ReceivedLength == 4);
        source.Disconnect();
        await accepted.WaitForStateAsync(SsState.Destroying);
        Assert.Equal((SsPhase.Payload, SsCauseCode.PayloadTruncated), (accepted.CauseOf(SsState.Disconnected).Phase, accepted.CauseOf(SsState.Disconnected).Code));
    }

    [Fact]
    public async Task Each_half_closes_by_itself_and_the_connection_ends_with_the_second()
    {
        await using var bench = new SinkBench();
        await using var listener = bench.Listen("once", static accepted => accepted
            .OnReceiveDo(static (stream, _, flags) =>
            {
                if (flags.HasFlag(SsRxFlags.PeerEndOfStream))
                    stream.RequestTransmit();
                return SsResult.Continue;
            })
            .OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) => Put(ref tx, "answer", SsTxFlags.WholeMessage | SsTxFlags.EndOfStream)));
        var (_, handler, accepted) = await bench.JoinAsync("once", static source => source
            .OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) => Put(ref tx, "question", SsTxFlags.WholeMessage | SsTxFlags.EndOfStream))
            .OnStateDo(SsState.Connected, static stream => stream.RequestTransmit()));
        await handler.WaitForStateAsync(SsState.Disconnected);
        await accepted.WaitForStateAsync(SsState.Destroying);
        Assert.Equal(("answer", "question"), (handler.ReceivedText, accepted.ReceivedText));
        Assert.Equal(SsCauseCode.PeerClosed, handler.CauseOf(SsState.Disconnected).Code);
    }

    [Fact]
    public async Task An_accept_that_takes_too_long_fails_the_attempt_and_its_stream_ends_unconnected()
    {
        await using var bench = new SinkBench();
        using var release = new ManualResetEventSlim();
        var accepted = new RecordingHandler();
        await using var listener = bench.Context.CreateListener("once", _ =>
        {
            release.Wait();
            return accepted;
        });
        var (stream, handler) = bench.Create("once");
        stream.Connect();
        await bench.PassAsync(TimeSpan.FromMilliseconds(500));
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        Assert.Equal((SsPhase.Timeout, SsCauseCode.ConnectTimeout), (handler.CauseOf(SsState.Unreachable).Phase, handler.CauseOf(SsState.Unreachable).Code));
        release.Set();
        await accepted.WaitForStateAsync(SsState.Destroying);
        Assert.Equal("Creating Connecting Destroying", accepted.Story);
        Assert.Equal(SsCauseCode.PeerClosed, accepted.CauseOf(SsState.Destroying).Code);
        accepted.AssertClean();
    }

    [Fact]
    public async Task What_an_accepted_stream_is_asked_for_before_it_is_connected_waits()
    {
        await using var bench = new SinkBench();
        await using var listener = bench.Context.CreateListener("work", stream =>
        {
            stream.SetMetadata("m", "v");
            stream.RequestTransmit();
            stream.Connect();
            var handler = new RecordingHandler().OnTransmitDo(Once("early"));
            bench.Accepted.Enqueue(handler);
            return handler;
        });
        var (_, handler, accepted) = await bench.JoinAsync("work");
        await handler.WaitForAsync(static h => h.ReceivedMessages == 1);
        Assert.Equal("Creating Connecting Connected", accepted.Story);
    }

    private static TransmitReaction Once(params string[] pieces)
    {
        var done = false;
        return Send;

        SsTransmitResult Send(SecureStream stream, scoped ref SsTransmit tx)
        {
            if (done)
                return SsTransmitResult.Nothing;
            done = true;
            for (var i = 0; i < pieces.Length; i++)
                Put(ref tx, pieces[i], (i == 0 ? SsTxFlags.StartOfMessage : 0) | (i == pieces.Length - 1 ? SsTxFlags.EndOfMessage : 0));
            return SsTransmitResult.Send;
        }
    }

    /// <summary>Sends every message back.</summary>
    private static ReceiveReaction Echo(RecordingHandler handler) => (stream, payload, _) =>
    {
        handler.OnTransmitDo(Once(Encoding.UTF8.GetString(payload)));
        stream.RequestTransmit();
        return SsResult.Continue;
    };

    private static SsTransmitResult Put(ref SsTransmit tx, string text, SsTxFlags flags)
    {
        tx.Commit(Encoding.UTF8.GetBytes(text, tx.Buffer), flags);
        return SsTransmitResult.Send;
    }
}
