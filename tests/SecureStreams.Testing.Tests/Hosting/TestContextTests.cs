namespace SecureStreams.Testing.Tests.Hosting;

public sealed class TestContextTests
{
    private const string Policy = """{ "s": [{ "jobs": { "endpoint": "jobs.example.com", "port": 443, "protocol": "h2", "tls": true } }] }""";

    [Fact]
    public async Task A_stream_that_was_forgotten_fails_the_test_and_explains_itself()
    {
        var test = SsTestContext.FromJson(Policy);
        var peer = test.Serve("jobs");
        var recorder = test.Record();
        test.Context.Create("jobs", recorder).Connect();
        await recorder.WaitForAsync(SsState.Connected);

        var error = await Assert.ThrowsAsync<SsAssertionException>(async () => await test.DisposeAsync());

        Assert.StartsWith("1 stream was not disposed when the test ended:\njobs#1 is Connected", error.Message, StringComparison.Ordinal);
        Assert.Equal(SsState.Destroying, recorder.States[^1]);
        peer.Recorder.AssertInOrder("Connected, Disconnected, Destroying");
    }

    [Fact]
    public async Task A_forgotten_stream_does_not_hide_the_assertion_that_failed()
    {
        var error = await Assert.ThrowsAsync<SsAssertionException>(static async () =>
        {
            await using var test = SsTestContext.FromJson(Policy);
            var recorder = test.Record();
            test.Context.Create("jobs", recorder);
            recorder.AssertStates("Creating, Connecting");
        });

        Assert.StartsWith("Expected the states Creating, Connecting, and they are Creating.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_streamtype_of_any_protocol_is_served_without_a_socket()
    {
        await using var test = SsTestContext.FromJson(Policy);
        var peer = test.Serve("jobs");
        var recorder = test.Record();
        await using var stream = test.Context.Create("jobs", recorder);
        stream.Connect();

        await stream.SendAsync("work"u8.ToArray(), TestContext.Current.CancellationToken);

        await peer.Recorder.WaitForMessagesAsync(1);
        peer.Recorder.AssertMessages("work");
        recorder.AssertStates("Creating, Connecting, Connected");
    }

    [Fact]
    public async Task A_peer_may_refuse_and_drop()
    {
        await using var test = SsTestContext.FromJson(Policy);
        var letsIn = false;
        var peer = test.Serve("jobs", _ => letsIn ? SecureStreamHandler.Idle : null);
        var recorder = test.Record();
        await using var stream = test.Context.Create("jobs", recorder);
        stream.Connect();
        await recorder.WaitForAsync(SsState.Unreachable);
        recorder.AssertCause(SsState.Unreachable, SsPhase.Peer, SsCauseCode.PeerRefused);
        await recorder.WaitForAsync(SsState.AllRetriesFailed);

        letsIn = true;
        stream.Connect();
        await recorder.WaitForAsync(SsState.Connected);
        peer.DropAll();

        await recorder.WaitForAsync(SsState.Disconnected);
    }

    [Fact]
    public async Task An_overlay_that_cannot_be_used_or_is_not_there_is_a_mistake_of_the_test()
    {
        await using var test = SsTestContext.FromJson(Policy);

        Assert.Throws<SsPolicyException>(() => test.Apply(SsOverlays.Faults("bad", ["jobs"], "no such fault")));
        Assert.Equal("No overlay 'cut' is in force; in force are none.", Assert.Throws<SsAssertionException>(() => test.Remove("cut")).Message);
    }
}
