using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.TestSupport.Tests.Handlers;

public class RecordingHandlerTests
{
    private readonly RecordingHandler _handler = new();
    private readonly FakeStream _stream = new();

    [Fact]
    public void Records_states_pieces_and_transmits_in_order()
    {
        States(SsState.Creating, SsState.Connecting, SsState.Connected);
        Receive("hello ", SsRxFlags.StartOfMessage);
        Receive("world", SsRxFlags.EndOfMessage);
        Transmit();
        _handler.OnState(_stream, new SsStateChange(SsState.QosNackRemote, new SsCause(SsPhase.Peer, SsCauseCode.PeerRefused) { Status = 404 }, 404));
        States(SsState.Disconnected, SsState.Destroying);

        Assert.Equal("Creating Connecting Connected QosNackRemote Disconnected Destroying", _handler.Story);
        Assert.Equal("hello world", _handler.ReceivedText);
        Assert.Equal(11, _handler.ReceivedLength);
        Assert.Equal(1, _handler.ReceivedMessages);
        Assert.Equal(1, _handler.Transmits);
        Assert.Equal(SsCauseCode.PeerRefused, _handler.CauseOf(SsState.QosNackRemote).Code);
        Assert.Equal(404, _handler.LastOf(SsState.QosNackRemote).Ack);
        Assert.Equal(
            """
            Recorded:
            1. Creating
            2. Connecting
            3. Connected
            4. rx 6 bytes [StartOfMessage]
            5. rx 5 bytes [EndOfMessage]
            6. tx -> Nothing
            7. QosNackRemote (Peer/PeerRefused status 404) ack 404
            8. Disconnected
            9. Destroying
            """,
            _handler.Describe());
        _handler.AssertCleanAndDestroyed();
    }

    [Fact]
    public void Reacts_as_told()
    {
        var states = new List<SsState>();
        _handler.OnStateDo(SsState.Connected, static (SecureStream _, in SsStateChange _) => SsResult.Disconnect);
        _handler.OnStateDo(SsState.Connecting, _ => states.Add(SsState.Connecting));
        _handler.OnReceiveDo(static (_, payload, _) => payload.Length > 3 ? SsResult.Destroy : SsResult.Continue);
        _handler.OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) =>
        {
            tx.Buffer[0] = 42;
            tx.Commit(1, SsTxFlags.WholeMessage);
            return SsTransmitResult.Send;
        });

        Assert.Equal(SsResult.Continue, State(SsState.Creating));
        Assert.Equal(SsResult.Continue, State(SsState.Connecting));
        Assert.Equal(SsResult.Disconnect, State(SsState.Connected));
        Assert.Equal(SsResult.Destroy, Receive("long", SsRxFlags.None));
        var buffer = new FakeTransmitBuffer(8, 1);
        var tx = new SsTransmit(buffer);
        Assert.Equal(SsTransmitResult.Send, _handler.OnTransmit(_stream, ref tx));
        Assert.Equal([SsState.Connecting], states);
        Assert.Equal([42], buffer.Committed.Single().Bytes);
    }

    [Fact]
    public void An_illegal_step_is_a_violation()
    {
        States(SsState.Creating, SsState.Connected);
        var message = Assert.Throws<CheckFailedException>(_handler.AssertClean).Message;
        Assert.Contains("Connected must not follow Creating", message, StringComparison.Ordinal);
        Assert.Contains("2. Connected", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_notice_does_not_replace_the_underlying_state()
    {
        States(SsState.Creating, SsState.Connecting, SsState.Timeout, SsState.UserBase + 3, SsState.Connected);
        Assert.Equal("Creating Connecting Timeout User+3 Connected", _handler.Story);
        _handler.AssertClean();
    }

    [Fact]
    public void Anything_after_Destroying_is_a_violation()
    {
        States(SsState.Creating, SsState.Connecting, SsState.Connected, SsState.Destroying);
        _handler.AssertClean();
        Receive("x", SsRxFlags.None);
        Assert.Contains("came after Destroying", Assert.Single(_handler.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_that_still_lives_is_told()
    {
        States(SsState.Creating);
        Assert.Contains("is in Creating", Assert.Throws<CheckFailedException>(_handler.AssertCleanAndDestroyed).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_callback_inside_a_callback_is_a_violation()
    {
        _handler.OnStateDo(SsState.Connecting, _ => Receive("x", SsRxFlags.None));
        States(SsState.Creating, SsState.Connecting);
        Assert.Contains("inside another callback", Assert.Single(_handler.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_callback_beside_another_is_a_violation_for_one_stream_and_not_for_two()
    {
        using var other = new Barrier(2);
        _handler.OnStateDo(SsState.Connecting, _ => other.SignalAndWait(TestContext.Current.CancellationToken));
        var second = new FakeStream(2);
        States(SsState.Creating);
        _handler.OnState(second, new SsStateChange(SsState.Creating));

        await Task.WhenAll(Run(() => State(SsState.Connecting)), Run(() => _handler.OnState(second, new SsStateChange(SsState.Connecting))));
        _handler.AssertClean();

        await Task.WhenAll(Run(() => State(SsState.Connecting)), Run(() => State(SsState.Connecting)));
        Assert.Contains("on another thread", Assert.Single(_handler.Violations), StringComparison.Ordinal);

        static Task Run(Action action) => Task.Factory.StartNew(
            action, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    [Fact]
    public void Pieces_must_make_messages_and_keep_the_bound()
    {
        States(SsState.Creating, SsState.Connecting, SsState.Connected);
        Receive("a", SsRxFlags.StartOfMessage);
        States(SsState.Disconnected, SsState.Connecting, SsState.Connected);
        Receive("a", SsRxFlags.StartOfMessage);
        _handler.AssertClean();

        Receive("b", SsRxFlags.StartOfMessage);
        Receive("c", SsRxFlags.EndOfMessage);
        Receive("d", SsRxFlags.EndOfMessage);
        Receive("", SsRxFlags.None);
        Receive(new string('x', 16 * 1024 + 1), SsRxFlags.None);
        Assert.Collection(
            _handler.Violations,
            static one => Assert.Contains("started while the one before was open", one, StringComparison.Ordinal),
            static one => Assert.Contains("ended that had not started", one, StringComparison.Ordinal),
            static one => Assert.Contains("tells nothing", one, StringComparison.Ordinal),
            static one => Assert.Contains("16385 bytes", one, StringComparison.Ordinal));
    }

    [Fact]
    public void Payload_before_any_connection_is_a_violation()
    {
        States(SsState.Creating);
        Receive("x", SsRxFlags.None);
        Transmit();
        Assert.Equal(2, _handler.Violations.Count);
    }

    [Fact]
    public async Task Waits_see_what_came_before_and_what_comes_later()
    {
        States(SsState.Creating, SsState.Connecting);
        await _handler.WaitForStateAsync(SsState.Connecting);
        var second = _handler.WaitForStateAsync(SsState.Connecting, times: 2);
        var received = _handler.WaitForAsync(static recorder => recorder.ReceivedLength >= 2);
        Assert.False(second.IsCompleted);

        States(SsState.Connecting);
        await second;
        Assert.False(received.IsCompleted);
        Receive("ab", SsRxFlags.None);
        await received;
    }

    [Fact]
    public async Task A_wait_completes_only_after_the_callback_returned()
    {
        Task? waiting = null;
        _handler.OnStateDo(SsState.Connecting, _ =>
        {
            waiting = _handler.WaitForStateAsync(SsState.Connecting);
            Assert.False(waiting.IsCompleted);
        });
        States(SsState.Creating, SsState.Connecting);
        await waiting!;
    }

    [Fact]
    public async Task A_wait_that_times_out_prints_the_whole_sequence()
    {
        States(SsState.Creating, SsState.Connecting);
        var error = await Assert.ThrowsAsync<CheckFailedException>(() => _handler.WaitForStateAsync(SsState.Connected, TimeSpan.FromMilliseconds(1)));
        Assert.Contains("Waited for Connected", error.Message, StringComparison.Ordinal);
        Assert.Contains("1. Creating\n2. Connecting", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exception_of_a_reaction_is_recorded_and_passed_on()
    {
        _handler.OnStateDo(SsState.Creating, static _ => throw new InvalidOperationException("on purpose"));
        Assert.Throws<InvalidOperationException>(() => State(SsState.Creating));
        Assert.Contains("threw InvalidOperationException: on purpose", _handler.Describe(), StringComparison.Ordinal);
        State(SsState.Connecting);
        _handler.AssertClean();
    }

    private void States(params SsState[] states)
    {
        foreach (var state in states)
            State(state);
    }

    private SsResult State(SsState state) => _handler.OnState(_stream, new SsStateChange(state));

    private SsResult Receive(string text, SsRxFlags flags) => _handler.OnReceive(_stream, System.Text.Encoding.UTF8.GetBytes(text), flags);

    private void Transmit()
    {
        var tx = new SsTransmit(new FakeTransmitBuffer(8, 1));
        _handler.OnTransmit(_stream, ref tx);
    }
}
