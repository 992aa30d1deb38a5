using SecureStreams.Network;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Time;
using SecureStreams.TestSupport.Wires;
using Xunit;

namespace SecureStreams.Tests.EndToEnd.Faults;

/// <summary>Connections that last, under which the network or the peer falls silent: exact on the virtual clock, on real sockets. Of transactions HttpLivenessTests says the same.</summary>
public sealed class WireLivenessTests : IDisposable
{
    private static readonly TimeSpan Hangup = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(7);

    private readonly ManualTimeProvider _clock = new();
    private readonly TestLog _log = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData("ws", RelayDirection.Both)]
    [InlineData("ws", RelayDirection.ToServer)]
    [InlineData("ws", RelayDirection.ToClient)]
    [InlineData("wss", RelayDirection.Both)]
    [InlineData("raw", RelayDirection.Both)]
    [InlineData("raws", RelayDirection.Both)]
    public async Task A_peer_behind_a_hole_is_given_up_exactly_at_the_bound_and_the_next_connection_carries_payload(string name, RelayDirection hole)
    {
        await using var host = await KestrelTestHost.StartAsync();
        var wire = TestWire.Parse(name);
        await using var relay = TcpRelay.Start(wire.PortOf(host.Ports, WireTask.Echo));
        await using var context = Context(wire, relay.Port, "\"svalidping\": 5, \"svalidhup\": 10");
        var handler = Sender();
        await using var stream = context.Create("x", handler);
        stream.Connect();
        await EchoAsync(stream, handler, times: 1);
        (await relay.ConnectionAsync(0)).Stop(hole);

        await _clock.AdvanceUntilAsync(handler.WaitForStateAsync(SsState.Disconnected), static () => Hangup);
        Assert.Equal(Hangup, _clock.Elapsed);
        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.Equal((SsPhase.Timeout, SsCauseCode.PeerUnresponsive, SsNextAction.Retry), (cause.Phase, cause.Code, cause.NextAction));
        var detail = context.Diagnostics.Find(cause.DetailId)!;
        Assert.Equal("retry r.svalidhup", detail.Policy!.Attribute);
        Assert.Equal(wire.IsWebSocket, detail.Message.Contains("although it was asked", StringComparison.Ordinal));

        // The network has healed for the connection that follows.
        await _clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await handler.WaitForStateAsync(SsState.Connected, times: 2);
        await EchoAsync(stream, handler, times: 2);
        handler.AssertClean();
        _log.AssertClean();
    }

    [Theory]
    [InlineData("raw", 0, "")]
    [InlineData("raws", 20, "waiting for the TLS handshake")]
    [InlineData("wss", 20, "waiting for the TLS handshake")]
    [InlineData("ws", 20, "waiting for the answer to the upgrade")]
    public async Task A_network_that_falls_silent_before_a_connection_can_be_used_costs_exactly_the_time_the_policy_gives(string name, long at, string step)
    {
        await using var host = await KestrelTestHost.StartAsync();
        var wire = TestWire.Parse(name);
        var silent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var relay = TcpRelay.Start(wire.PortOf(host.Ports, WireTask.Echo), (number, connection) =>
        {
            if (number == 0)
            {
                connection.After(RelayDirection.ToServer, at, one =>
                {
                    one.Stop(RelayDirection.Both);
                    silent.SetResult();
                });
            }
        });
        await using var context = Context(wire, relay.Port, "\"svalidping\": 5, \"svalidhup\": 10");
        var handler = Sender();
        await using var stream = context.Create("x", handler);
        stream.Connect();
        await silent.Task.OrFail(() => handler.Describe());
        if (wire is { IsRaw: true, Tls: false })
        {
            // Nothing is waited for: the connection can be used as soon as it is there, and the silence is one of a connection.
            await _clock.AdvanceUntilAsync(handler.WaitForStateAsync(SsState.Disconnected), static () => Hangup);
            Assert.Equal(Hangup, _clock.Elapsed);
            return;
        }

        await _clock.AdvanceUntilAsync(handler.WaitForStateAsync(SsState.Unreachable), static () => ConnectTimeout);
        Assert.Equal(ConnectTimeout, _clock.Elapsed);
        Assert.Equal((SsPhase.Timeout, SsCauseCode.ConnectTimeout), (handler.CauseOf(SsState.Unreachable).Phase, handler.CauseOf(SsState.Unreachable).Code));
        var detail = context.Diagnostics.Find(handler.CauseOf(SsState.Unreachable).DetailId)!;
        Assert.Contains(step, detail.Message, StringComparison.Ordinal);
        Assert.Equal("x.connect_timeout_ms", detail.Policy!.Attribute);

        await _clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await EchoAsync(stream, handler, times: 1);
        handler.AssertClean();
        _log.AssertClean();
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("raws")]
    public async Task A_quiet_raw_peer_is_healthy_for_as_long_as_it_likes(string name)
    {
        await using var host = await KestrelTestHost.StartAsync();
        var wire = TestWire.Parse(name);
        await using var context = Context(wire, wire.PortOf(host.Ports, WireTask.Echo), "\"svalidping\": 5");
        var handler = Sender();
        await using var stream = context.Create("x", handler);
        stream.Connect();
        await EchoAsync(stream, handler, times: 1);

        for (var hour = 0; hour < 48; hour++)
            _clock.Advance(TimeSpan.FromHours(1));

        await EchoAsync(stream, handler, times: 2);
        Assert.Equal("Creating Connecting Connected", handler.Story);
        Assert.Empty(_clock.ArmedTimers);
        _log.AssertClean();
    }

    private static RecordingHandler Sender() => new RecordingHandler()
        .OnStateDo(SsState.Connected, static stream => stream.RequestTransmit())
        .OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) =>
        {
            "hello"u8.CopyTo(tx.Buffer);
            tx.Commit(5, SsTxFlags.WholeMessage);
            return SsTransmitResult.Send;
        });

    /// <summary>Waits until what was sent on each connection so far, and now, came back.</summary>
    private static async Task EchoAsync(SecureStream stream, RecordingHandler handler, int times)
    {
        if (handler.ReceivedLength > 0 && handler.States.Count(static state => state == SsState.Connected) < times)
            stream.RequestTransmit();
        await handler.WaitForAsync(recorder => recorder.ReceivedLength == 5 * times, what: $"{times} echoes");
    }

    private LocalContext Context(TestWire wire, int port, string liveness) => SsContext.FromJson(
        TestWire.Policy(
            TestCertificates.Authority.Base64Der,
            $"\"backoff\": [1000], \"conceal\": 65535, \"jitterpc\": 0, {liveness}",
            wire.StreamType("x", port, WireTask.Echo, more: $", \"connect_timeout_ms\": {ConnectTimeout.TotalMilliseconds}")),
        new SsContextOptions { Platform = new SsPlatform { Time = _clock }, LoggerFactory = _log });
}
