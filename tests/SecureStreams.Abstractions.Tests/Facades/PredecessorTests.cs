using System.Text;
using Xunit;

namespace SecureStreams.Abstractions.Tests.Facades;

/// <summary>What awaits comes to a stream whose handler has sent already, and sends on: nobody's acknowledgement is taken for another's, and no message is put into another.</summary>
public sealed class PredecessorTests
{
    private static SsCause Over => new(SsPhase.Protocol, SsCauseCode.Completed) { NextAction = SsNextAction.Idle };

    private static SsCause Moved => new(SsPhase.Update, SsCauseCode.PolicyChanged) { NextAction = SsNextAction.Retry };

    [Fact]
    public async Task Acknowledgements_of_messages_that_a_handler_sent_before_are_not_the_facades()
    {
        var stream = new FakeStream(FakeStream.Mqtt, new Sender("handler's"));
        stream.Up();
        stream.RequestTransmit();
        stream.Pump();
        var mine = stream.SendAsync("mine"u8.ToArray(), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        stream.Pump();
        Assert.Equal("handler'smine", Encoding.ASCII.GetString([.. stream.SentBytes]));
        stream.Tell(SsState.QosNackRemote, new SsCause(SsPhase.Peer, SsCauseCode.PeerRefused), 135, message: 1);
        Assert.False(mine.IsCompleted);
        stream.Tell(SsState.QosAckRemote, message: 2);
        await mine;
    }

    [Fact]
    public async Task Acknowledgements_of_messages_that_a_handler_sends_between_are_not_the_facades()
    {
        var stream = new FakeStream(FakeStream.Mqtt, new Sender("handler's"));
        var first = stream.SendAsync("1"u8.ToArray(), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        stream.Up();
        stream.Pump();
        var second = stream.SendAsync("2"u8.ToArray(), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        stream.Pump();
        Assert.Equal("1handler's2", Encoding.ASCII.GetString([.. stream.SentBytes]));
        stream.Tell(SsState.QosAckRemote, message: 1);
        await first;
        stream.Tell(SsState.QosAckRemote, message: 2);
        Assert.False(second.IsCompleted);
        stream.Tell(SsState.QosAckRemote, message: 3);
        await second;
    }

    [Fact]
    public async Task An_acknowledgement_of_no_message_is_nobodys()
    {
        var stream = new FakeStream(FakeStream.Mqtt);
        var mine = stream.SendAsync("mine"u8.ToArray(), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        stream.Up();
        stream.Pump();
        stream.Tell(SsState.QosNackRemote, new SsCause(SsPhase.Payload, SsCauseCode.PayloadTooLarge));
        Assert.False(mine.IsCompleted);
        stream.Tell(SsState.QosAckRemote, message: 1);
        await mine;
    }

    [Fact]
    public async Task The_answer_to_a_handlers_transaction_is_not_taken_for_that_to_a_message()
    {
        var handler = new Sender("handler's");
        var stream = new FakeStream(FakeStream.Http, handler);
        stream.Tell(SsState.Connecting);
        stream.Due();
        var mine = stream.SendAsync("mine"u8.ToArray(), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        stream.Tell(SsState.Connected);
        stream.Tell(SsState.QosNackRemote, new SsCause(SsPhase.Peer, SsCauseCode.PeerRefused), 500);
        stream.Tell(SsState.Disconnected, Over);
        Assert.False(mine.IsCompleted);

        // Its own transaction.
        stream.Tell(SsState.Connecting);
        stream.Due();
        stream.Tell(SsState.Connected);
        stream.Tell(SsState.QosAckRemote, default, 200);
        await mine;
        Assert.Equal("handler'smine", Encoding.ASCII.GetString([.. stream.SentBytes]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_handler_is_in_the_middle_of_when_the_facade_comes_is_not_interrupted(bool isTransactional)
    {
        var stream = new FakeStream(isTransactional ? FakeStream.Http : FakeStream.Mqtt, new PieceHandler("aaa", "bbb"));
        stream.Tell(SsState.Connecting);
        if (!isTransactional)
            stream.Tell(SsState.Connected);
        stream.RequestTransmit();
        stream.Pump(1);
        var mine = stream.SendAsync("mine"u8.ToArray(), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        stream.Pump(1);
        Assert.Equal("aaabbb", Encoding.ASCII.GetString([.. stream.SentBytes]));
        if (isTransactional)
        {
            stream.Tell(SsState.Connected);
            stream.Tell(SsState.QosAckRemote, default, 200);
            stream.Tell(SsState.Disconnected, Over);
            Assert.False(mine.IsCompleted);
            stream.Tell(SsState.Connecting);
            stream.Due();
            stream.Tell(SsState.Connected);
            stream.Tell(SsState.QosAckRemote, default, 200);
        }
        else
        {
            stream.Pump();
            stream.Tell(SsState.QosAckRemote, message: 1);
            Assert.False(mine.IsCompleted);
            stream.Tell(SsState.QosAckRemote, message: 2);
        }

        await mine;
        Assert.Equal("aaabbbmine", Encoding.ASCII.GetString([.. stream.SentBytes]));
    }

    [Fact]
    public async Task Who_waits_for_an_acknowledgement_is_told_that_the_stream_was_moved_to_where_there_are_none()
    {
        var stream = new FakeStream(FakeStream.Mqtt) { Room = (1, 16) };
        var taken = stream.SendAsync("taken"u8.ToArray(), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        var waits = stream.SendAsync("waits"u8.ToArray(), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        var plain = stream.SendAsync("plain"u8.ToArray(), TestContext.Current.CancellationToken).AsTask();
        stream.Up();
        stream.Pump(1);
        stream.Tell(SsState.Disconnected, Moved);
        stream.Moved = FakeStream.Messages;
        stream.Up();
        stream.Pump();
        var lost = await Assert.ThrowsAsync<SsStreamException>(() => taken);
        Assert.Contains("without an acknowledgement", lost.Message, StringComparison.Ordinal);
        Assert.Equal(SsCauseCode.PolicyChanged, lost.Cause.Code);
        var unsent = await Assert.ThrowsAsync<SsStreamException>(() => waits);
        Assert.Contains("was not sent there", unsent.Message, StringComparison.Ordinal);
        await plain;
        Assert.Equal("takenplain", Encoding.ASCII.GetString([.. stream.SentBytes]));
    }

    [Fact]
    public async Task A_message_that_waits_while_the_stream_is_moved_to_a_protocol_with_acknowledgements_gets_its_own()
    {
        var stream = new FakeStream(FakeStream.Messages);
        var plain = stream.SendAsync("plain"u8.ToArray(), TestContext.Current.CancellationToken).AsTask();
        stream.Tell(SsState.Connecting);
        stream.Moved = FakeStream.Mqtt;
        stream.Up();
        var acked = stream.SendAsync("acked"u8.ToArray(), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        stream.Pump();
        await plain;
        stream.Tell(SsState.QosAckRemote, message: 1);
        Assert.False(acked.IsCompleted);
        stream.Tell(SsState.QosAckRemote, message: 2);
        await acked;
    }

    /// <summary>Sends one message whenever it is asked, the first time.</summary>
    private sealed class Sender(string text) : SecureStreamHandler
    {
        private bool _sent;

        public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
        {
            if (_sent)
                return SsTransmitResult.Nothing;
            _sent = true;
            var count = Encoding.ASCII.GetBytes(text, tx.Buffer);
            tx.Commit(count, SsTxFlags.WholeMessage);
            return SsTransmitResult.Send;
        }
    }
}
