using System.Text;

namespace SecureStreams.Abstractions.Tests.Facades;

/// <summary>Messages read, on a stream whose life the test plays.</summary>
public sealed class ReadTests
{
    private const SsRxFlags Whole = SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage;

    private static SsCause Lost(SsNextAction next) => new(SsPhase.Peer, SsCauseCode.ConnectionReset) { NextAction = next };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_come_whole_and_in_order_whether_they_or_the_reader_came_first()
    {
        var stream = new FakeStream(FakeStream.Messages);
        await using var reader = stream.ReadMessagesAsync(Token);
        stream.Up();
        stream.Piece("one", Whole);
        stream.Piece("tw", SsRxFlags.StartOfMessage);
        Assert.Equal("one", await TextAsync(reader));
        var second = TextAsync(reader);
        stream.Piece("", SsRxFlags.None);
        Assert.False(second.IsCompleted);
        stream.Piece("o", SsRxFlags.EndOfMessage);
        Assert.Equal("two", await second);
        stream.Piece("", Whole);
        Assert.Equal("", await TextAsync(reader));
        await stream.DisposeAsync();
        Assert.Null(await reader.ReadAsync(Token));
    }

    [Fact]
    public async Task A_metadata_name_that_the_policy_lost_while_it_is_read_costs_no_message()
    {
        var stream = new FakeStream(FakeStream.Messages) { Values = { ["gone"] = "was", ["kept"] = "is" } };
        await using var reader = stream.ReadMessagesAsync(new SsReadOptions { Metadata = ["gone", "kept"] }, Token);
        stream.Values.Remove("gone");
        stream.Up();
        stream.Piece("one", Whole);

        using var message = await reader.ReadAsync(Token);
        Assert.Equal((null, "is"), (message!.GetMetadata("gone"), message.GetMetadata("kept")));
    }

    [Fact]
    public async Task A_raw_stream_gives_its_pieces_and_tells_the_peers_end()
    {
        var stream = new FakeStream(FakeStream.Raw);
        await using var reader = stream.ReadMessagesAsync(Token);
        stream.Up();
        stream.Piece("ab", SsRxFlags.None);
        stream.Piece("", SsRxFlags.PeerEndOfStream);
        Assert.Equal("ab", await TextAsync(reader));
        using var end = await reader.ReadAsync(Token);
        Assert.Equal((0, SsRxFlags.PeerEndOfStream), (end!.Payload.Length, end.Flags));
    }

    [Fact]
    public async Task A_message_cut_short_is_not_delivered_and_the_next_one_tells_of_it()
    {
        var stream = new FakeStream(FakeStream.Messages);
        await using var reader = stream.ReadMessagesAsync(Token);
        stream.Up();
        stream.Piece("cut", SsRxFlags.StartOfMessage);
        stream.Tell(SsState.Disconnected, Lost(SsNextAction.Retry));
        stream.Up();
        stream.Piece("whole", Whole);
        using var message = await reader.ReadAsync(Token);
        Assert.Equal("whole", Encoding.ASCII.GetString(message!.Payload.Span));
        Assert.Equal((1, SsCauseCode.ConnectionReset), (message.LostBefore, message.LossCause.Code));
        stream.Piece("next", Whole);
        using var next = await reader.ReadAsync(Token);
        Assert.Equal((0, true), (next!.LostBefore, next.LossCause.IsNone));
    }

    [Theory]
    [InlineData(SsLossBehavior.End)]
    [InlineData(SsLossBehavior.Throw)]
    public async Task A_loss_ends_or_throws_where_asked_after_what_came_before(SsLossBehavior behavior)
    {
        var stream = new FakeStream(FakeStream.Messages);
        await using var reader = stream.ReadMessagesAsync(new SsReadOptions { OnDisconnected = behavior }, Token);
        stream.Up();
        stream.Piece("before", Whole);
        stream.Tell(SsState.Disconnected, Lost(SsNextAction.Retry));
        Assert.Equal("before", await TextAsync(reader));
        if (behavior == SsLossBehavior.End)
            Assert.Null(await reader.ReadAsync(Token));
        else
            Assert.Equal(SsCauseCode.ConnectionReset, (await Assert.ThrowsAsync<SsStreamException>(async () => await reader.ReadAsync(Token))).Cause.Code);
    }

    [Fact]
    public async Task A_read_that_nothing_would_answer_throws_at_the_end_of_all_retries_and_the_next_works()
    {
        var stream = new FakeStream(FakeStream.Messages);
        await using var reader = stream.ReadMessagesAsync(Token);
        var read = reader.ReadAsync(Token).AsTask();
        stream.Tell(SsState.Connecting);
        stream.Tell(SsState.AllRetriesFailed, Lost(SsNextAction.Idle));
        await Assert.ThrowsAsync<SsStreamException>(() => read);
        var next = TextAsync(reader);
        stream.Tell(SsState.AllRetriesFailed, Lost(SsNextAction.Restart));
        Assert.False(next.IsCompleted);
        stream.Up();
        stream.Piece("back", Whole);
        Assert.Equal("back", await next);
    }

    [Fact]
    public async Task A_message_longer_than_allowed_is_dropped_with_a_message_and_the_next_is_read()
    {
        var stream = new FakeStream(FakeStream.Messages);
        await using var reader = stream.ReadMessagesAsync(new SsReadOptions { MaxMessageBytes = 5 }, Token);
        stream.Up();
        stream.Piece("1234", SsRxFlags.StartOfMessage);
        stream.Piece("56", SsRxFlags.None);
        stream.Piece("7", SsRxFlags.EndOfMessage);
        stream.Piece("12345", Whole);
        var error = await Assert.ThrowsAsync<SsMessageTooLargeException>(async () => await reader.ReadAsync(Token));
        Assert.Equal("A message of streamtype 'fake' is longer than the 5 bytes that SsReadOptions.MaxMessageBytes allows, and was dropped. Cause: Payload/PayloadTooLarge.", error.Message);
        Assert.Equal("12345", await TextAsync(reader));
    }

    [Fact]
    public async Task A_slow_reader_pauses_reception_at_the_high_watermark_and_resumes_it_at_the_low()
    {
        var stream = new FakeStream(FakeStream.Messages);
        await using var reader = stream.ReadMessagesAsync(Token);
        stream.Up();
        var queued = 0;
        while (!stream.IsPaused)
        {
            stream.Piece(new byte[100], Whole);
            Assert.InRange(++queued, 1, 10);
        }

        // 100 bytes and 128 for the object make 1000 at the fifth.
        Assert.Equal(5, queued);

        // A flood of empty messages is bounded too.
        for (var i = 0; i < 3; i++)
        {
            Assert.True(stream.IsPaused);
            (await reader.ReadAsync(Token))!.Dispose();
        }

        Assert.False(stream.IsPaused);
        for (var i = 0; i < 100 && !stream.IsPaused; i++)
            stream.Piece("", Whole);
        Assert.True(stream.IsPaused);
    }

    [Fact]
    public async Task A_message_longer_than_the_watermark_is_still_read()
    {
        var stream = new FakeStream(FakeStream.Messages);
        await using var reader = stream.ReadMessagesAsync(Token);
        stream.Up();
        stream.Piece(new byte[900], SsRxFlags.StartOfMessage);
        stream.Piece(new byte[900], SsRxFlags.None);
        Assert.False(stream.IsPaused);
        stream.Piece(new byte[900], SsRxFlags.EndOfMessage);
        Assert.True(stream.IsPaused);
        using var message = await reader.ReadAsync(Token);
        Assert.Equal(2700, message!.Payload.Length);
        Assert.False(stream.IsPaused);
    }

    [Fact]
    public async Task A_cancelled_read_takes_nothing()
    {
        var stream = new FakeStream(FakeStream.Messages);
        await using var reader = stream.ReadMessagesAsync(Token);
        stream.Up();
        using var cancel = new CancellationTokenSource();
        var read = reader.ReadAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reader.ReadAsync(cancel.Token));
        stream.Piece("kept", Whole);
        Assert.Equal("kept", await TextAsync(reader));
    }

    [Fact]
    public async Task What_a_reader_left_unread_waits_for_the_next_one()
    {
        var stream = new FakeStream(FakeStream.Messages);
        stream.Up();
        await foreach (var message in First("one", "two"))
        {
            Assert.Equal("one", Encoding.ASCII.GetString(message.Payload.Span));
            message.Dispose();
            break;
        }

        stream.Piece("three", Whole);
        await using var again = stream.ReadMessagesAsync(Token);
        Assert.Equal("two", await TextAsync(again));
        Assert.Equal("three", await TextAsync(again));

        SsMessageReader First(params string[] texts)
        {
            var reader = stream.ReadMessagesAsync(Token);
            foreach (var text in texts)
                stream.Piece(text, Whole);
            return reader;
        }
    }

    [Fact]
    public async Task A_reader_that_keeps_nothing_gives_reception_back_to_the_handler_with_the_next_message()
    {
        var handler = new PieceHandler();
        var stream = new FakeStream(FakeStream.Messages, handler);
        stream.Up();
        stream.Piece("handler's", SsRxFlags.StartOfMessage);
        var reader = stream.ReadMessagesAsync(new SsReadOptions { KeepUnread = false }, Token);
        stream.Piece(" own", SsRxFlags.EndOfMessage);
        stream.Piece("unread", Whole);
        stream.Piece("half", SsRxFlags.StartOfMessage);
        await reader.DisposeAsync();
        stream.Piece("dropped", SsRxFlags.EndOfMessage);
        stream.Piece("back", Whole);
        Assert.Equal(["handler's StartOfMessage", " own EndOfMessage", "back StartOfMessage, EndOfMessage"], handler.Received);
        Assert.Equal([SsState.Creating, SsState.Connecting, SsState.Connected], handler.States);
    }

    [Fact]
    public async Task Metadata_is_taken_down_with_its_message()
    {
        var stream = new FakeStream(FakeStream.Http);
        stream.Values["ctype"] = null;
        await using var reader = stream.ReadMessagesAsync(new SsReadOptions { Metadata = ["ctype"] }, Token);
        stream.Up();
        stream.Values["ctype"] = "text/one";
        stream.Piece("1", Whole);
        stream.Values["ctype"] = "text/two";
        stream.Piece("2", Whole);
        using var one = await reader.ReadAsync(Token);
        using var two = await reader.ReadAsync(Token);
        Assert.Equal(("text/one", "text/two"), (one!.GetMetadata("ctype"), two!.GetMetadata("ctype")));
        Assert.Throws<SsMetadataException>(() => one.GetMetadata("other"));
        Assert.Throws<SsMetadataException>(() => stream.ReadMessagesAsync(new SsReadOptions { Metadata = ["undeclared"] }, Token));
    }

    [Fact]
    public async Task Two_readers_or_two_reads_at_a_time_are_refused()
    {
        var stream = new FakeStream(FakeStream.Messages);
        await using var reader = stream.ReadMessagesAsync(Token);
        Assert.Equal(
            "ReadMessagesAsync cannot be used on stream fake#1 while another ReadMessagesAsync is in use: end that first, or create a second stream.",
            Assert.Throws<InvalidOperationException>(() => stream.ReadMessagesAsync(Token)).Message);
        Assert.Throws<InvalidOperationException>(() => stream.AsDuplexPipe());
        var read = TextAsync(reader);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.ReadAsync(Token));
        stream.Up();
        stream.Piece("x", Whole);
        Assert.Equal("x", await read);
        Assert.NotNull(reader.GetAsyncEnumerator(Token));
        Assert.Throws<InvalidOperationException>(() => reader.GetAsyncEnumerator(Token));
    }

    [Fact]
    public async Task Inside_a_callback_a_message_that_is_there_can_be_read_and_one_that_is_not_is_refused()
    {
        var stream = new FakeStream(FakeStream.Messages);
        await using var reader = stream.ReadMessagesAsync(Token);
        await using var steps = reader.GetAsyncEnumerator(Token);
        stream.Up();
        stream.Piece("here", Whole);
        Exception? error = null;
        stream.InCallback(() =>
        {
            var there = steps.MoveNextAsync();
            Assert.True(there.IsCompletedSuccessfully && there.Result);
            error = Record.Exception(() => { _ = steps.MoveNextAsync().AsTask(); });
        });
        Assert.Contains("cannot wait for the stream itself", Assert.IsType<InvalidOperationException>(error).Message, StringComparison.Ordinal);

        // Refused, not ended.
        stream.Piece("after", Whole);
        Assert.True(await steps.MoveNextAsync());
        Assert.Equal("after", Encoding.ASCII.GetString(steps.Current.Payload.Span));
    }

    [Fact]
    public async Task A_changed_handler_stays_behind_what_is_awaited()
    {
        var first = new PieceHandler();
        var second = new PieceHandler();
        var stream = new FakeStream(FakeStream.Messages, first);
        await using var reader = stream.ReadMessagesAsync(new SsReadOptions { KeepUnread = false }, Token);
        Assert.Same(first, stream.Handler);
        stream.ChangeHandlers(second);
        Assert.Same(second, stream.Handler);
        stream.Up();
        stream.Piece("mine", Whole);
        Assert.Equal("mine", await TextAsync(reader));
        await reader.DisposeAsync();
        stream.Piece("theirs", Whole);
        Assert.Equal([SsState.Creating], first.States);
        Assert.Equal(["theirs StartOfMessage, EndOfMessage"], second.Received);
    }

    [Fact]
    public async Task Reading_costs_the_message_object_and_nothing_else()
    {
        var stream = new FakeStream(FakeStream.Messages);
        await using var reader = stream.ReadMessagesAsync(Token);
        stream.Up();
        var counted = new List<(long Piece, long Taking)>();
        for (var i = 0; i < 100; i++)
        {
            stream.Piece("x", Whole);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Take(reader);
            var taking = GC.GetAllocatedBytesForCurrentThread() - before;

            // The first ones fill the pool and compile.
            if (i >= 50)
                counted.Add((stream.PieceAllocated, taking));
        }

        // The one that the runtime may have charged with a table of its own is not the reader's.
        Assert.InRange(counted.Count(static one => one != (112, 0)), 0, 1);

        static void Take(SsMessageReader reader)
        {
            var read = reader.ReadAsync();
            Assert.True(read.IsCompletedSuccessfully);
            read.Result!.Dispose();
        }
    }

    private static async Task<string?> TextAsync(SsMessageReader reader)
    {
        using var message = await reader.ReadAsync(Token);
        return message is null ? null : Encoding.ASCII.GetString(message.Payload.Span);
    }
}
