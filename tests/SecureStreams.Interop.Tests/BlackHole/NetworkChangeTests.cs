using SecureStreams.TestSupport.Wires;

namespace SecureStreams.Interop.Tests.BlackHole;

/// <summary>This machine loses the address that a connection came from, and gets it again: real addresses, real notices of the system, no packet lost on purpose.</summary>
public class NetworkChangeTests(ITestOutputHelper output)
{
    // Far from what a test waits for: what happens earlier is due to the notice. The peer has 5 s to answer.
    private const string Retry = """
        "backoff": [600000], "conceal": 65535, "jitterpc": 0, "svalidping_ms": 600000, "svalidhup_ms": 605000
        """;

    [Theory]
    [InlineData("ws")]
    [InlineData("wss")]
    public async Task A_stream_on_an_address_that_is_gone_notices_and_connects_again_when_there_is_one(string name)
    {
        await using var place = await NetworkNamespace.CreateAsync();
        var wire = TestWire.Parse(name);
        var task = WireTask.Tick(50);
        var policy = TestWire.Policy(place.Host.Authority, Retry, wire.StreamType("x", place.Host.Ports, task, place.Address, """, "connect_timeout_ms": 5000 """));
        await using var context = SsContext.FromJson(policy, new SsContextOptions { FollowNetworkChanges = true });
        var recorder = new WireRecorder(new WireHandler(wire, task, 0)) { KeepPayload = false };
        var stream = context.Create("x", recorder);
        stream.Connect();
        await recorder.HeardAsync(5);

        var begin = TimeProvider.System.GetTimestamp();
        await place.LeaveAsync();
        await recorder.WaitForStateAsync(SsState.Disconnected);
        var cause = recorder.CauseOf(SsState.Disconnected);
        output.WriteLine($"noticed after {TimeProvider.System.GetElapsedTime(begin).TotalSeconds:0.00} s (605 s without the notice): {context.Diagnostics.Find(cause.DetailId)}");
        Assert.Equal((SsPhase.Timeout, SsCauseCode.PeerUnresponsive, SsNextAction.Retry), (cause.Phase, cause.Code, cause.NextAction));
        Assert.Contains("network of this machine has changed", context.Diagnostics.Find(cause.DetailId)!.Message, StringComparison.Ordinal);

        begin = TimeProvider.System.GetTimestamp();
        await place.ReturnAsync();
        await recorder.HeardAsync(5, connection: 2);
        output.WriteLine($"connected again after {TimeProvider.System.GetElapsedTime(begin).TotalSeconds:0.00} s (600 s without the notice)");
        recorder.AssertClean();
    }
}
