using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace SecureStreams.Abstractions.Tests.Facades;

/// <summary>Bytes both ways, on a stream whose life the test plays.</summary>
public sealed class PipeTests
{
    private static readonly SsCause Completed = new(SsPhase.Protocol, SsCauseCode.Completed) { NextAction = SsNextAction.Idle };
    private static readonly SsCause Reset = new(SsPhase.Peer, SsCauseCode.ConnectionReset) { NextAction = SsNextAction.Retry };

    private static readonly SsCause Refusal = new(SsPhase.Peer, SsCauseCode.PeerRefused);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_raw_connection_carries_bytes_both_ways_and_half_closes()
    {
        var stream = new FakeStream(FakeStream.Raw);
        var pipe = stream.AsDuplexPipe();
        Assert.Equal(["Connect"], stream.Calls);
        stream.Up();
        await pipe.Output.WriteAsync("hello"u8.ToArray(), Token);
        stream.Pump();
        await pipe.Output.CompleteAsync();
        stream.Pump();
        Assert.Equal("hello", Encoding.ASCII.GetString([.. stream.SentBytes]));
        Assert.Equal("0 EndOfStream", stream.Sent[^1]);

        stream.Piece("wor", SsRxFlags.None);
        stream.Piece("ld", SsRxFlags.PeerEndOfStream);
        Assert.Equal("world", await RestAsync(pipe.Input));
        await pipe.Input.CompleteAsync();
        Assert.Equal("Disconnect", stream.Calls[^1]);
        stream.Tell(SsState.Disconnected, Completed);
        Assert.NotNull(stream.AsDuplexPipe());
    }

    [Fact]
    public async Task A_transaction_is_a_body_that_ends_and_an_answer_that_ends()
    {
        var stream = new FakeStream(FakeStream.Http);
        await using var bytes = stream.AsStream();
        await bytes.WriteAsync("question"u8.ToArray(), Token);
        bytes.CompleteWrites();
        stream.Tell(SsState.Connecting);
        stream.Due();
        Assert.Equal(["8 StartOfMessage", "0 EndOfMessage"], stream.Sent);
        stream.Tell(SsState.Connected);
        stream.Piece("ans", SsRxFlags.StartOfMessage);
        stream.Piece("wer", SsRxFlags.None);
        stream.Piece("", SsRxFlags.EndOfMessage);
        stream.Tell(SsState.QosAckRemote, default, 200);
        stream.Tell(SsState.Disconnected, Completed);
        using var reader = new StreamReader(bytes, Encoding.ASCII);
        Assert.Equal("answer", await reader.ReadToEndAsync(Token));
    }

    [Fact]
    public async Task Where_messages_last_each_piece_is_a_message()
    {
        var stream = new FakeStream(FakeStream.Messages) { Room = (2, 4) };
        var pipe = stream.AsDuplexPipe();
        stream.Up();
        await pipe.Output.WriteAsync("0123456789"u8.ToArray(), Token);
        stream.Pump();
        Assert.Equal(["4 WholeMessage", "4 WholeMessage", "2 WholeMessage"], stream.Sent);
        Assert.Equal("0123456789", Encoding.ASCII.GetString([.. stream.SentBytes]));
    }

    [Fact]
    public async Task A_slow_reader_pauses_reception_and_a_slow_peer_pauses_the_writer()
    {
        var stream = new FakeStream(FakeStream.Raw);
        var pipe = stream.AsDuplexPipe();
        stream.Up();
        stream.Piece(new byte[999], SsRxFlags.None);
        Assert.False(stream.IsPaused);
        stream.Piece(new byte[1], SsRxFlags.None);
        Assert.True(stream.IsPaused);
        var read = await pipe.Input.ReadAsync(Token);
        pipe.Input.AdvanceTo(read.Buffer.GetPosition(499));
        Assert.True(stream.IsPaused);
        read = await pipe.Input.ReadAsync(Token);
        pipe.Input.AdvanceTo(read.Buffer.GetPosition(1));
        Assert.False(stream.IsPaused);

        // Who needs more than the watermark before it can take any must not wait for ever.
        stream.Piece(new byte[600], SsRxFlags.None);
        Assert.True(stream.IsPaused);
        read = await pipe.Input.ReadAsync(Token);
        pipe.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        Assert.False(stream.IsPaused);

        var flush = pipe.Output.WriteAsync(new byte[1000], Token);
        Assert.False(flush.IsCompleted);
        stream.Pump();
        await flush;
    }

    [Fact]
    public async Task A_broken_connection_surfaces_as_IOException_with_the_cause_both_ways()
    {
        var stream = new FakeStream(FakeStream.Raw);
        var bytes = stream.AsStream();
        stream.Up();
        stream.Piece("before", SsRxFlags.None);
        stream.Tell(SsState.Disconnected, Reset);
        var buffer = new byte[100];
        await bytes.ReadExactlyAsync(buffer.AsMemory(0, 6), Token);
        IOException error = await Assert.ThrowsAsync<SsStreamException>(async () => await bytes.ReadExactlyAsync(buffer, Token));
        Assert.Equal(SsCauseCode.ConnectionReset, ((SsStreamException)error).Cause.Code);
        error = await Assert.ThrowsAsync<SsStreamException>(async () => await bytes.WriteAsync(buffer, Token));
        Assert.Equal(SsCauseCode.ConnectionReset, ((SsStreamException)error).Cause.Code);
        await bytes.DisposeAsync();
        Assert.NotNull(stream.AsDuplexPipe());
    }

    [Theory]
    [InlineData("why")]
    [InlineData("")]
    public async Task A_refused_transaction_is_read_to_its_last_byte_and_then_throws_both_ways(string said)
    {
        var stream = new FakeStream(FakeStream.Http);
        await using var bytes = stream.AsStream();
        await bytes.WriteAsync("question"u8.ToArray(), Token);
        stream.Tell(SsState.Connecting);
        stream.Due();
        stream.Tell(SsState.Connected);
        var waiting = bytes.WriteAsync(new byte[1000], Token).AsTask();
        Assert.False(waiting.IsCompleted);
        if (said.Length > 0)
        {
            stream.Piece(said, SsRxFlags.StartOfMessage);
            stream.Piece("", SsRxFlags.EndOfMessage);
        }

        stream.Tell(SsState.QosNackRemote, Refusal, 413);
        stream.Tell(SsState.Disconnected, Completed);

        var received = new MemoryStream();
        AssertRefused(await Assert.ThrowsAsync<SsNackException>(() => bytes.CopyToAsync(received, Token)));
        Assert.Equal(said, Encoding.ASCII.GetString(received.ToArray()));
        AssertRefused(await Assert.ThrowsAsync<SsNackException>(async () => await bytes.ReadExactlyAsync(new byte[1], Token)));
        AssertRefused(await Assert.ThrowsAsync<SsNackException>(() => waiting));
        AssertRefused(await Assert.ThrowsAsync<SsNackException>(async () => await bytes.WriteAsync(new byte[1], Token)));
        Assert.NotNull(stream.AsDuplexPipe());
    }

    [Fact]
    public async Task A_refused_piece_of_a_lasting_connection_ends_writing_and_reading_goes_on_to_its_end()
    {
        var stream = new FakeStream(FakeStream.Mqtt);
        await using var bytes = stream.AsStream();
        stream.Up();
        await bytes.WriteAsync("one"u8.ToArray(), Token);
        stream.Pump();
        await bytes.WriteAsync("two"u8.ToArray(), Token);
        stream.Pump();
        stream.Tell(SsState.QosAckRemote, message: 1);

        // Of a message that is none of these: a handler's.
        stream.Tell(SsState.QosNackRemote, Refusal, 135, message: 7);
        await bytes.WriteAsync("three"u8.ToArray(), Token);
        stream.Tell(SsState.QosNackRemote, Refusal, 413, message: 2);
        AssertRefused(await Assert.ThrowsAsync<SsNackException>(async () => await bytes.WriteAsync("four"u8.ToArray(), Token)));

        stream.Piece("word", SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage);
        stream.Tell(SsState.Disconnected, Completed);
        var received = new MemoryStream();
        AssertRefused(await Assert.ThrowsAsync<SsNackException>(() => bytes.CopyToAsync(received, Token)));
        Assert.Equal("word", Encoding.ASCII.GetString(received.ToArray()));
        Assert.Equal(["3 WholeMessage", "3 WholeMessage"], stream.Sent);
    }

    [Fact]
    public async Task What_has_left_is_never_begun_anew_in_the_middle()
    {
        var stream = new FakeStream(FakeStream.Http);
        var pipe = stream.AsDuplexPipe();
        await pipe.Output.WriteAsync("half"u8.ToArray(), Token);
        stream.Tell(SsState.Connecting);
        stream.Due();
        stream.Tell(SsState.Unreachable, Reset);
        stream.Tell(SsState.Connecting);
        Assert.Equal(SsResult.Disconnect, stream.LastResult);
        var error = await Assert.ThrowsAsync<SsStreamException>(async () => await pipe.Input.ReadAsync(Token));
        Assert.Equal(SsCauseCode.ConnectionReset, error.Cause.Code);
    }

    [Fact]
    public async Task An_attempt_that_took_nothing_is_followed_by_the_next()
    {
        var stream = new FakeStream(FakeStream.Http);
        var pipe = stream.AsDuplexPipe();
        await pipe.Output.WriteAsync("all"u8.ToArray(), Token);
        stream.Tell(SsState.Connecting);
        stream.Tell(SsState.Unreachable, Reset);
        stream.Tell(SsState.Connecting);
        Assert.Equal(SsResult.Continue, stream.LastResult);
        stream.Due();
        Assert.Equal("all", Encoding.ASCII.GetString([.. stream.SentBytes]));
    }

    [Fact]
    public async Task An_error_of_the_writer_drops_the_connection_instead_of_ending_it_in_order()
    {
        var stream = new FakeStream(FakeStream.Http);
        var pipe = stream.AsDuplexPipe();
        stream.Tell(SsState.Connecting);
        await pipe.Output.CompleteAsync(new InvalidDataException("half a file"));
        Assert.Equal("Disconnect", stream.Calls[^1]);
        Assert.DoesNotContain("RequestTransmit", stream.Calls);
    }

    [Fact]
    public async Task Reading_and_writing_are_cancelled_without_harm()
    {
        var stream = new FakeStream(FakeStream.Raw);
        var pipe = stream.AsDuplexPipe();
        stream.Up();
        using var cancel = new CancellationTokenSource();
        var read = pipe.Input.ReadAsync(cancel.Token).AsTask();
        var flush = pipe.Output.WriteAsync(new byte[2000], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush);
        stream.Pump();
        Assert.Equal(2000, stream.SentBytes.Count);
        stream.Piece("still", SsRxFlags.PeerEndOfStream);
        Assert.Equal("still", await RestAsync(pipe.Input));
    }

    [Fact]
    public void Inside_a_callback_what_would_wait_is_refused()
    {
        var stream = new FakeStream(FakeStream.Raw);
        var pipe = stream.AsDuplexPipe();
        stream.Up();
        stream.Piece("x", SsRxFlags.None);
        stream.InCallback(() =>
        {
            pipe.Input.AdvanceTo(At(pipe.Input).Buffer.End);
            Assert.Throws<InvalidOperationException>(() => { _ = pipe.Input.ReadAsync(Token).AsTask(); });
            Assert.True(pipe.Output.WriteAsync("ok"u8.ToArray(), Token).AsTask().IsCompletedSuccessfully);
            Assert.Throws<InvalidOperationException>(() => { _ = pipe.Output.WriteAsync(new byte[1000], Token).AsTask(); });
        });
    }

    [Fact]
    public void Messages_and_bytes_at_a_time_are_refused()
    {
        var stream = new FakeStream(FakeStream.Raw);
        _ = stream.AsStream();
        Assert.Throws<InvalidOperationException>(() => stream.AsDuplexPipe());
        Assert.Throws<InvalidOperationException>(() => stream.ReadMessagesAsync(Token));
        Assert.Throws<InvalidOperationException>(() => { _ = stream.SendAsync("x"u8.ToArray(), Token).AsTask(); });
    }

    [Fact]
    public async Task Disposing_destroys_the_stream_only_where_it_owns_it()
    {
        var kept = new FakeStream(FakeStream.Raw);
        await kept.AsStream().DisposeAsync();
        Assert.Equal(SsState.Creating, kept.State);
        Assert.Equal("Disconnect", kept.Calls[^1]);

        var owned = new FakeStream(FakeStream.Raw);
        await owned.AsStream(ownsStream: true).DisposeAsync();
        Assert.Equal(SsState.Destroying, owned.State);
    }

    private static void AssertRefused(SsNackException error)
    {
        Assert.IsAssignableFrom<IOException>(error);
        Assert.Equal((413, SsCauseCode.PeerRefused), (error.Ack, error.Cause.Code));
    }

    private static ReadResult At(PipeReader reader)
    {
        // Complete at once, since the bytes are there: else it would be refused.
        var read = reader.ReadAsync(Token).AsTask();
        Assert.True(read.IsCompletedSuccessfully);
        return read.Result;
    }

    private static async Task<string> RestAsync(PipeReader reader)
    {
        while (true)
        {
            var read = await reader.ReadAsync(Token);
            if (read.IsCompleted)
            {
                var text = Encoding.ASCII.GetString(read.Buffer.ToArray());
                reader.AdvanceTo(read.Buffer.End);
                return text;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
