using System.Text;

namespace SecureStreams.Abstractions.Tests.Facades;

/// <summary>Messages sent and awaited, on a stream whose life the test plays.</summary>
public sealed class SendTests
{
    private static readonly SsCause Lost = new(SsPhase.Peer, SsCauseCode.ConnectionReset);

    private static SsCause LostThen(SsNextAction next) => Lost with { NextAction = next };

    private static byte[] Bytes(int count, byte start = 0) => [.. Enumerable.Range(0, count).Select(i => (byte)(start + i))];

    [Fact]
    public async Task A_message_goes_whole_in_pieces_that_fit_and_completes_when_its_last_piece_is_taken()
    {
        var stream = new FakeStream(FakeStream.Messages) { Room = (2, 4) };
        var sent = stream.SendAsync(Bytes(11), TestContext.Current.CancellationToken);
        stream.Up();

        Assert.Equal(1, stream.Pump(1));
        Assert.False(sent.IsCompleted);
        Assert.Equal(1, stream.Pump());
        await sent;

        Assert.Equal(["4 StartOfMessage", "4 None", "3 EndOfMessage"], stream.Sent);
        Assert.Equal(Bytes(11), stream.SentBytes);
    }

    [Fact]
    public async Task Messages_of_several_callers_go_whole_and_in_order()
    {
        var stream = new FakeStream(FakeStream.Messages) { Room = (3, 4) };
        var one = stream.SendAsync(Bytes(6), TestContext.Current.CancellationToken);
        var two = stream.SendAsync(ReadOnlyMemory<byte>.Empty, TestContext.Current.CancellationToken);
        var three = stream.SendAsync(Bytes(4, 100), TestContext.Current.CancellationToken);
        stream.Up();
        stream.Pump();
        await one;
        await two;
        await three;

        Assert.Equal(["4 StartOfMessage", "2 EndOfMessage", "0 WholeMessage", "4 WholeMessage"], stream.Sent);
        Assert.Equal(["RequestTransmit"], stream.Calls.Take(1));
    }

    [Fact]
    public async Task A_message_whose_connection_is_lost_midway_goes_from_its_start_on_the_next()
    {
        var stream = new FakeStream(FakeStream.Messages) { Room = (1, 4) };
        var sent = stream.SendAsync(Bytes(6), TestContext.Current.CancellationToken);
        stream.Up();
        stream.Pump(1);
        stream.Tell(SsState.Disconnected, LostThen(SsNextAction.Retry));
        Assert.False(sent.IsCompleted);
        stream.Up();
        stream.Pump();
        await sent;

        Assert.Equal(["4 StartOfMessage", "4 StartOfMessage", "2 EndOfMessage"], stream.Sent);
    }

    [Theory]
    [InlineData(SsState.AllRetriesFailed, SsNextAction.Idle)]
    [InlineData(SsState.AllRetriesFailed, SsNextAction.Restart)]
    [InlineData(SsState.Disconnected, SsNextAction.Idle)]
    [InlineData(SsState.Destroying, SsNextAction.Destroy)]
    public async Task A_message_that_nothing_will_carry_fails_with_the_cause(SsState state, SsNextAction next)
    {
        var stream = new FakeStream(FakeStream.Messages) { Room = (1, 4) };
        var begun = stream.SendAsync(Bytes(6), TestContext.Current.CancellationToken).AsTask();
        var waiting = stream.SendAsync(Bytes(1), TestContext.Current.CancellationToken).AsTask();
        stream.Up();
        stream.Pump(1);
        stream.Tell(state, LostThen(next));

        foreach (var send in new[] { begun, waiting })
        {
            var error = await Assert.ThrowsAsync<SsStreamException>(() => send);
            Assert.Equal(SsCauseCode.ConnectionReset, error.Cause.Code);
            Assert.StartsWith("A message to streamtype 'fake' was not sent; send it again, or mend what the cause names. Cause: Peer/ConnectionReset", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_no_state_tells_is_told_all_the_same()
    {
        var stream = new FakeStream(FakeStream.Messages);
        var sent = stream.SendAsync(Bytes(6), TestContext.Current.CancellationToken).AsTask();
        stream.Forget(new SsCause(SsPhase.Local, SsCauseCode.LocalDisconnect), destroyed: false);
        Assert.Equal(SsCauseCode.LocalDisconnect, (await Assert.ThrowsAsync<SsStreamException>(() => sent)).Cause.Code);

        var after = stream.SendAsync(Bytes(2), TestContext.Current.CancellationToken);
        stream.Up();
        stream.Pump();
        await after;

        stream.Forget(new SsCause(SsPhase.Local, SsCauseCode.LocalDestroy), destroyed: true);
        Assert.IsType<ObjectDisposedException>(Record.Exception(() => { _ = stream.SendAsync(Bytes(1), TestContext.Current.CancellationToken).AsTask(); }));
    }

    [Fact]
    public async Task A_cancelled_message_that_has_not_begun_is_not_sent()
    {
        var stream = new FakeStream(FakeStream.Messages);
        using var cancel = new CancellationTokenSource();
        var gone = stream.SendAsync(Bytes(3), cancel.Token).AsTask();
        var next = stream.SendAsync(Bytes(5), TestContext.Current.CancellationToken);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        stream.Up();
        stream.Pump();
        await next;
        Assert.Equal(["5 WholeMessage"], stream.Sent);
    }

    [Fact]
    public async Task A_cancelled_message_that_has_begun_goes_to_its_end_and_its_memory_is_the_callers_again()
    {
        var stream = new FakeStream(FakeStream.Messages) { Room = (1, 4) };
        using var cancel = new CancellationTokenSource();
        var memory = Bytes(10);
        var gone = stream.SendAsync(memory, cancel.Token).AsTask();
        stream.Up();
        stream.Pump(1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        memory.AsSpan().Fill(0xEE);
        var next = stream.SendAsync(Bytes(2, 50), TestContext.Current.CancellationToken);
        stream.Pump();
        await next;

        Assert.Equal(["4 StartOfMessage", "4 None", "2 EndOfMessage", "2 WholeMessage"], stream.Sent);
        Assert.Equal([.. Bytes(10), 50, 51], stream.SentBytes);
    }

    [Fact]
    public async Task What_a_cancelled_sender_left_is_not_repeated_on_the_next_connection()
    {
        var stream = new FakeStream(FakeStream.Messages) { Room = (1, 4) };
        using var cancel = new CancellationTokenSource();
        var gone = stream.SendAsync(Bytes(10), cancel.Token).AsTask();
        stream.Up();
        stream.Pump(1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        stream.Tell(SsState.Disconnected, LostThen(SsNextAction.Retry));
        stream.Up();
        var next = stream.SendAsync(Bytes(2), TestContext.Current.CancellationToken);
        stream.Pump();
        await next;
        Assert.Equal(["4 StartOfMessage", "2 WholeMessage"], stream.Sent);
    }

    [Fact]
    public async Task Acknowledgements_are_matched_by_number_and_a_refusal_is_typed()
    {
        var stream = new FakeStream(FakeStream.Mqtt);
        var plain = stream.SendAsync(Bytes(1), TestContext.Current.CancellationToken);
        var first = stream.SendAsync(Bytes(2), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        var second = stream.SendAsync(Bytes(3), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        stream.Up();
        stream.Pump();
        await plain;
        Assert.False(first.IsCompleted);
        stream.Tell(SsState.QosAckRemote, message: 1);
        Assert.False(first.IsCompleted);
        stream.Tell(SsState.QosAckRemote, message: 2);
        await first;
        Assert.False(second.IsCompleted);
        stream.Tell(SsState.QosNackRemote, new SsCause(SsPhase.Peer, SsCauseCode.PeerRefused), 135, message: 3);
        var error = await Assert.ThrowsAsync<SsNackException>(() => second);
        Assert.Equal((135, SsCauseCode.PeerRefused), (error.Ack, error.Cause.Code));
    }

    [Fact]
    public async Task A_message_that_waits_for_its_acknowledgement_is_left_to_the_session_over_connections_and_not_sent_again()
    {
        var stream = new FakeStream(FakeStream.Mqtt);
        var sent = stream.SendAsync(Bytes(2), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        stream.Up();
        stream.Pump();
        stream.Tell(SsState.Disconnected, LostThen(SsNextAction.Retry));
        stream.Up();
        stream.Pump();
        stream.Tell(SsState.QosAckRemote, message: 1);
        await sent;
        Assert.Equal(["2 WholeMessage"], stream.Sent);
    }

    [Fact]
    public void Waiting_for_what_the_protocol_does_not_have_is_refused()
    {
        var stream = new FakeStream(FakeStream.Raw);
        var error = Assert.Throws<NotSupportedException>(() => { _ = stream.SendAsync(Bytes(1), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask(); });
        Assert.StartsWith("Streamtype 'fake' cannot wait for acknowledgements", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_message_of_a_transactional_stream_is_a_transaction_with_its_length_announced()
    {
        var stream = new FakeStream(FakeStream.Http);
        var one = stream.SendAsync(Bytes(5), TestContext.Current.CancellationToken);
        var two = stream.SendAsync(Bytes(7), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        Assert.Equal(5, stream.Announced);
        stream.Tell(SsState.Connecting);
        stream.Due();
        await one;
        Assert.Equal(["5 WholeMessage"], stream.Sent);
        Assert.Equal(5, stream.Announced);
        Assert.Equal(0, stream.Pump());

        stream.Tell(SsState.Connected);
        stream.Tell(SsState.QosAckRemote, default, 200);
        stream.Tell(SsState.Disconnected, new SsCause(SsPhase.Protocol, SsCauseCode.Completed) { NextAction = SsNextAction.Idle });
        Assert.Equal(7, stream.Announced);
        stream.Tell(SsState.Connecting);
        stream.Due();
        stream.Tell(SsState.Connected);
        Assert.False(two.IsCompleted);
        stream.Tell(SsState.QosNackRemote, new SsCause(SsPhase.Peer, SsCauseCode.PeerRefused), 500);
        Assert.Equal(500, (await Assert.ThrowsAsync<SsNackException>(() => two)).Ack);
        Assert.Equal(["5 WholeMessage", "7 WholeMessage"], stream.Sent);
    }

    [Fact]
    public async Task A_transaction_begun_for_a_cancelled_message_is_given_up_and_the_next_one_is_not_harmed()
    {
        var stream = new FakeStream(FakeStream.Http);
        using var cancel = new CancellationTokenSource();
        var gone = stream.SendAsync(Bytes(5), cancel.Token).AsTask();
        stream.Tell(SsState.Connecting);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        var next = stream.SendAsync(Bytes(9), TestContext.Current.CancellationToken).AsTask();
        stream.Due();
        Assert.Equal(SsTransmitResult.Disconnect, stream.LastTransmit);
        var given = new SsCause(SsPhase.Local, SsCauseCode.LocalDisconnect) { NextAction = SsNextAction.Idle };
        stream.Tell(SsState.Unreachable, given);
        stream.Tell(SsState.AllRetriesFailed, given);
        Assert.False(next.IsCompleted);
        Assert.Equal(9, stream.Announced);
        stream.Tell(SsState.Connecting);
        stream.Due();
        await next;
        Assert.Equal(["9 WholeMessage"], stream.Sent);
    }

    [Fact]
    public async Task A_transaction_whose_cancelled_message_was_the_only_one_is_given_up_before_it_is_made()
    {
        var stream = new FakeStream(FakeStream.Http);
        using var cancel = new CancellationTokenSource();
        var gone = stream.SendAsync(Bytes(5), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        stream.Tell(SsState.Connecting);
        Assert.Equal(SsResult.Disconnect, stream.LastResult);
    }

    [Fact]
    public async Task A_transaction_that_takes_no_body_says_so()
    {
        var stream = new FakeStream(FakeStream.Http with { TakesBody = false });
        var sent = stream.SendAsync(Bytes(5), TestContext.Current.CancellationToken).AsTask();
        stream.Up();
        stream.Tell(SsState.QosAckRemote, default, 200);
        stream.Tell(SsState.Disconnected, new SsCause(SsPhase.Protocol, SsCauseCode.Completed) { NextAction = SsNextAction.Idle });
        var error = await Assert.ThrowsAsync<SsStreamException>(() => sent);
        Assert.Contains("its method takes no body", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SsCauseCode.Completed, 0)]
    [InlineData(SsCauseCode.Completed, 5)]
    [InlineData(SsCauseCode.LocalDisconnect, 5)] // The handler has seen the refusal, and wants no more.
    public async Task A_message_refused_before_it_was_asked_for_is_refused_to_who_waits_and_the_next_is_not_harmed(SsCauseCode end, int length)
    {
        var stream = new FakeStream(FakeStream.Http);
        var refused = stream.SendAsync(Bytes(length), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        stream.Up();
        stream.Tell(SsState.QosNackRemote, new SsCause(SsPhase.Peer, SsCauseCode.PeerRefused), 413);
        stream.Tell(SsState.Disconnected, new SsCause(SsPhase.Protocol, end) { NextAction = SsNextAction.Idle });
        var error = await Assert.ThrowsAsync<SsNackException>(() => refused);
        Assert.Equal((413, SsCauseCode.PeerRefused), (error.Ack, error.Cause.Code));

        var next = stream.SendAsync(Bytes(3), TestContext.Current.CancellationToken);
        stream.Tell(SsState.Connecting);
        stream.Due();
        await next;
        Assert.Equal(["3 WholeMessage"], stream.Sent);
    }

    [Fact]
    public async Task A_message_whose_transaction_was_answered_before_it_was_asked_for_says_so()
    {
        var stream = new FakeStream(FakeStream.Http);
        var sent = stream.SendAsync(Bytes(5), TestContext.Current.CancellationToken).AsTask();
        stream.Up();
        stream.Tell(SsState.QosNackRemote, new SsCause(SsPhase.Peer, SsCauseCode.PeerRefused), 413);
        stream.Tell(SsState.Disconnected, new SsCause(SsPhase.Protocol, SsCauseCode.Completed) { NextAction = SsNextAction.Idle });
        var error = await Assert.ThrowsAsync<SsStreamException>(() => sent);
        Assert.StartsWith("The peer answered the transaction of streamtype 'fake' before it asked for the message, which was not sent. Cause: Peer/PeerRefused", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_handlers_own_messages_are_not_interrupted_and_its_requests_not_swallowed()
    {
        var handler = new PieceHandler("aaa", "bbb");
        var stream = new FakeStream(FakeStream.Messages, handler);
        await using var watched = stream.ReadMessagesAsync(TestContext.Current.CancellationToken);
        stream.Up();
        stream.RequestTransmit();
        stream.Pump(1);
        var sent = stream.SendAsync(Encoding.ASCII.GetBytes("mine"), TestContext.Current.CancellationToken);
        stream.Pump(1);
        Assert.False(sent.IsCompleted);
        stream.Pump();
        await sent;
        Assert.Equal("aaabbbmine", Encoding.ASCII.GetString([.. stream.SentBytes]));

        // One more call after the facade's own, for a request that was answered by it.
        Assert.Equal(3, handler.Calls);
    }

    [Fact]
    public void Sending_inside_a_callback_of_the_stream_is_refused()
    {
        var stream = new FakeStream(FakeStream.Messages);
        Exception? error = null;
        stream.InCallback(() => error = Record.Exception(() => { _ = stream.SendAsync(Bytes(1), TestContext.Current.CancellationToken).AsTask(); }));
        Assert.Contains("cannot wait for the stream itself", Assert.IsType<InvalidOperationException>(error).Message, StringComparison.Ordinal);
        Assert.Contains("after the callback has returned", error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asking_for_a_result_too_early_is_refused_instead_of_hanging()
    {
        var stream = new FakeStream(FakeStream.Messages);
        var sent = stream.SendAsync(Bytes(1), TestContext.Current.CancellationToken);
        Assert.Throws<InvalidOperationException>(() => Blocked(sent));
        stream.Up();
        stream.Pump();
        await sent;
    }

    [Fact]
    public async Task Sending_allocates_nothing_for_a_message_once_it_has_begun()
    {
        var stream = new FakeStream(FakeStream.Messages);
        stream.Up();
        var payload = Bytes(3);
        for (var i = 0; i < 50; i++)
            await OneAsync();

        // What the fake itself allocates in its callback is not counted, nor what the runtime may charge one of them with.
        Assert.Equal(0, Enumerable.Range(0, 3).Min(_ => CountOne()));

        long CountOne()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var sent = stream.SendAsync(payload, CancellationToken.None);
            var call = GC.GetAllocatedBytesForCurrentThread() - before;
            stream.Pump();
            before = GC.GetAllocatedBytesForCurrentThread();
            Take(sent);
            return call + GC.GetAllocatedBytesForCurrentThread() - before;
        }

        async Task OneAsync()
        {
            var one = stream.SendAsync(payload, CancellationToken.None);
            stream.Pump();
            await one;
        }

        static void Take(ValueTask task)
        {
            Assert.True(task.IsCompletedSuccessfully);
            task.GetAwaiter().GetResult();
        }
    }

    private static void Blocked(ValueTask task) => task.GetAwaiter().GetResult();
}
