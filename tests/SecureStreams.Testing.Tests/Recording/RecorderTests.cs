namespace SecureStreams.Testing.Tests.Recording;

/// <summary>Assertions that must fail do, and say why.</summary>
public sealed class RecorderTests : IAsyncLifetime
{
    private const string Policy = """{ "retry": [{ "r": { "backoff": [1000], "conceal": 1, "jitterpc": 0 } }], "s": [{ "jobs": { "local_sink": true, "retry": "r" } }] }""";

    private readonly SsTestContext _test = SsTestContext.FromJson(Policy);
    private SsStateRecorder _recorder = null!;
    private SecureStream _stream = null!;

    public async ValueTask InitializeAsync()
    {
        _recorder = _test.Record();
        _stream = _test.Context.Create("jobs", _recorder);
        _stream.Connect();
        await _recorder.WaitForAsync(SsState.Unreachable);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await _test.DisposeAsync();
    }

    [Fact]
    public void Other_states_than_expected_are_told_with_the_timeline_and_the_explanation()
    {
        var error = Assert.Throws<SsAssertionException>(() => _recorder.AssertStates("Creating, Connecting, Connected"));

        Assert.StartsWith(
            """
            Expected the states Creating, Connecting, Connected, and they are Creating, Connecting, Unreachable.
            Recorded:
                  0.000 s  jobs#1 Creating
                  0.000 s  jobs#1 Connecting
                  0.000 s  jobs#1 Unreachable (Connect/NoLocalSink, attempt 1, concealed, retry in 1000 ms [detail 1]): 
            """.ReplaceLineEndings("\n"),
            error.Message.ReplaceLineEndings("\n"),
            StringComparison.Ordinal);
        Assert.Contains("jobs#1 is Unreachable: waits", error.Message, StringComparison.Ordinal);
        Assert.Contains("retry r: backoff = [1000]", error.Message, StringComparison.Ordinal);
        _recorder.AssertStates("Creating, Connecting, Unreachable");
    }

    [Fact]
    public void An_order_that_was_not_kept_names_what_did_not_come()
    {
        var error = Assert.Throws<SsAssertionException>(() => _recorder.AssertInOrder("Creating, Unreachable, Connecting"));

        Assert.StartsWith("Expected Creating, Unreachable, Connecting in this order: Connecting did not come after Creating, Unreachable; the states are Creating, Connecting, Unreachable.\nRecorded:", error.Message, StringComparison.Ordinal);
        _recorder.AssertInOrder("Creating, Unreachable");
    }

    [Fact]
    public void What_never_was_to_come()
    {
        var error = Assert.Throws<SsAssertionException>(() => _recorder.AssertNever(SsState.Unreachable));

        Assert.StartsWith("Expected that Unreachable never comes, and it came once.\nRecorded:", error.Message, StringComparison.Ordinal);
        _recorder.AssertNever(SsState.Connected);
    }

    [Fact]
    public void Another_cause_than_expected_and_none()
    {
        var other = Assert.Throws<SsAssertionException>(() => _recorder.AssertCause(SsState.Unreachable, SsPhase.Connect, SsCauseCode.ConnectionRefused));
        var none = Assert.Throws<SsAssertionException>(() => _recorder.AssertCause(SsState.Connecting, SsPhase.Connect, SsCauseCode.ConnectionRefused));
        var never = Assert.Throws<SsAssertionException>(() => _recorder.AssertCause(SsState.Connected, SsPhase.Connect, SsCauseCode.ConnectionRefused));

        Assert.StartsWith("Expected Unreachable because of Connect/ConnectionRefused, and it came because of Connect/NoLocalSink.\nRecorded:", other.Message, StringComparison.Ordinal);
        Assert.StartsWith("Expected Connecting because of Connect/ConnectionRefused, and it came because of nothing.\n", none.Message, StringComparison.Ordinal);
        Assert.StartsWith("Expected Connected because of Connect/ConnectionRefused, and Connected did not come.\n", never.Message, StringComparison.Ordinal);
        Assert.Equal(1, _recorder.AssertCause(SsState.Unreachable, SsPhase.Connect, SsCauseCode.NoLocalSink).Attempt);
    }

    [Fact]
    public void Other_messages_than_expected()
    {
        var error = Assert.Throws<SsAssertionException>(() => _recorder.AssertMessages("a", "b"));

        Assert.StartsWith("Expected the messages \"a\", \"b\", and they are none.\nRecorded:", error.Message, StringComparison.Ordinal);
        _recorder.AssertMessages();
    }

    [Fact]
    public void A_word_that_is_no_state_is_a_mistake_of_the_test() =>
        Assert.StartsWith("'Conected' is no state", Assert.Throws<ArgumentException>(() => _recorder.AssertStates("Creating, Conected")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_wait_ends_at_its_bound_on_the_clock_of_the_test()
    {
        var waiting = _recorder.WaitForAsync(SsState.Connected, TimeSpan.FromMilliseconds(400));
        await _test.Time.WaitForArmedExactlyAsync(TimeSpan.FromMilliseconds(400));
        _test.Time.Advance(TimeSpan.FromMilliseconds(400));

        var error = await Assert.ThrowsAsync<SsAssertionException>(() => waiting);

        Assert.StartsWith("Waited for Connected, and it did not come within 0.4 s.\nRecorded:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_no_retry_to_advance_to_once_they_are_used_up()
    {
        Assert.Equal(TimeSpan.FromSeconds(1), await _test.AdvanceToRetryAsync(_recorder));
        await _recorder.WaitForAsync(SsState.AllRetriesFailed);

        var error = await Assert.ThrowsAsync<SsAssertionException>(() => _test.AdvanceToRetryAsync(_recorder));

        Assert.StartsWith("Expected that a retry is to come.\nRecorded:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_are_put_together_from_their_pieces()
    {
        await using var peer = _test.Serve("jobs");
        await _test.AdvanceToRetryAsync(_recorder);
        await _recorder.WaitForAsync(SsState.Connected);

        await peer.Streams.Single().SendAsync(new byte[40_000], TestContext.Current.CancellationToken);
        await peer.Streams.Single().SendAsync("done"u8.ToArray(), TestContext.Current.CancellationToken);

        await _recorder.WaitForMessagesAsync(2);
        Assert.Equal([40_000, 4], _recorder.Messages.Select(static one => one.Length));
        Assert.Contains("message of 4 bytes: \"done\"", _recorder.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_handler_has_not_returned_from_is_neither_counted_nor_waited_for()
    {
        using var handler = new HeldHandler();
        var recorder = _test.Record(handler);
        await using var peer = _test.Serve("jobs");
        await using var stream = _test.Context.Create("jobs", recorder);
        stream.Connect();
        await recorder.WaitForAsync(SsState.Connected);
        await peer.Streams.Single(one => one.State == SsState.Connected).SendAsync("42"u8.ToArray(), TestContext.Current.CancellationToken);
        await handler.Entered.WaitAsync(SsStateRecorder.Patience, TestContext.Current.CancellationToken);

        var begun = recorder.WaitForMessagesAsync(1);
        Assert.False(begun.IsCompleted);
        Assert.Empty(recorder.Messages);
        Assert.Equal(0, recorder.ReceivedBytes.Length);
        Assert.Contains("\"42\"", recorder.Describe(), StringComparison.Ordinal);

        handler.Release();
        await begun;
        Assert.True(handler.HasReturned);
        Assert.Equal(2, recorder.ReceivedBytes.Length);
    }

    private sealed class HeldHandler : SecureStreamHandler, IDisposable
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _released = new();

        public Task Entered => _entered.Task;

        public bool HasReturned { get; private set; }

        public void Release() => _released.Set();

        public void Dispose() => _released.Dispose();

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            _entered.SetResult();
            Assert.True(_released.Wait(SsStateRecorder.Patience, TestContext.Current.CancellationToken));
            HasReturned = true;
            return SsResult.Continue;
        }
    }
}
