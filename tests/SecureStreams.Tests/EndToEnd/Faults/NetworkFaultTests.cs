using System.Collections.Concurrent;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Wires;
using Xunit;

namespace SecureStreams.Tests.EndToEnd.Faults;

/// <summary>
/// Transfers over networks that reset, end, fall silent, dribble and delay at places a seed decides: each becomes whole in the end, each failure has a cause that fits, and no
/// socket is left. <c>SS_TEST_LONG=1</c> runs a thousand seeds, <c>SS_TEST_SEED=n</c> the one.
/// </summary>
public sealed class NetworkFaultTests(ITestOutputHelper output)
{
    private const int AtOnce = 8;

    private static readonly int? OnlySeed = int.TryParse(Environment.GetEnvironmentVariable("SS_TEST_SEED"), out var seed) ? seed : null;
    private static readonly int Seeds = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 1000 : 40;

    [Theory]
    [InlineData("h1")]
    [InlineData("h1s")]
    [InlineData("h2c")]
    [InlineData("h2")]
    [InlineData("raw")]
    [InlineData("raws")]
    [InlineData("ws")]
    [InlineData("wss")]
    public async Task Whatever_the_network_does_every_transfer_becomes_whole_and_every_end_has_its_cause(string name)
    {
        var wire = TestWire.Parse(name);
        var ends = new ConcurrentQueue<(FaultPlan Plan, SsCause Cause, string Text)>();
        await using var host = await KestrelTestHost.StartAsync();
        using var log = new TestLog();
        await Parallel.ForEachAsync(
            OnlySeed is { } only ? [only] : Enumerable.Range(1, Seeds),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (seed, _) =>
            {
                var plan = new FaultPlan(seed, wire);
                foreach (var (cause, text) in await RunAsync(host, wire, plan, log))
                    ends.Enqueue((plan, cause, text));
            });

        foreach (var group in ends.GroupBy(static end => (end.Cause.Phase, end.Cause.Code)).OrderBy(static group => group.Key.ToString()))
        {
            output.WriteLine($"{group.Key.Phase}/{group.Key.Code} {group.Count()} times");
            foreach (var (plan, _, text) in group.DistinctBy(static end => string.Concat(end.Text.Where(static c => !char.IsDigit(c)))))
                output.WriteLine($"   {text} [{plan}]");
        }

        Assert.All(ends, end => Assert.True(Fits(end.Plan, wire, end.Cause, end.Text), $"{end.Cause} \"{end.Text}\" does not come of {end.Plan}"));
        log.AssertClean();
    }

    [Theory]
    [InlineData("h1s")]
    [InlineData("h2")]
    public async Task A_connection_that_ends_between_TLS_and_an_answer_is_not_called_invalid(string name)
    {
        var wire = TestWire.Parse(name);
        await using var host = await KestrelTestHost.StartAsync();

        // Wherever the server's first records after the handshake are cut: the handshake takes at least the certificate, so all of these places but few are behind it.
        for (var at = 1000; at < 1800; at += 37)
        {
            var cut = at;
            await using var relay = TcpRelay.Start(wire.PortOf(host.Ports, WireTask.Bytes(10, 0)), (_, connection) =>
                connection.After(RelayDirection.ToClient, cut, static one => one.HalfClose(RelayDirection.ToClient)));
            await using var context = SsContext.FromJson(TestWire.Policy(
                TestCertificates.Authority.Base64Der, "\"backoff\": [1], \"conceal\": 0", wire.StreamType("x", relay.Port, WireTask.Bytes(10, 0))));
            var handler = new RecordingHandler();
            await using var stream = context.Create("x", handler);
            stream.Connect();
            await handler.WaitForAsync(static recorder => recorder.States.Any(static state => state is SsState.Disconnected or SsState.AllRetriesFailed));
            if (handler.States.Contains(SsState.Unreachable))
            {
                var cause = handler.CauseOf(SsState.Unreachable);
                Assert.True(cause.Code is SsCauseCode.PeerClosed or SsCauseCode.ConnectionReset, $"cut at {cut}: {cause} {context.Diagnostics.Find(cause.DetailId)}");
            }
        }
    }

    [Fact]
    public async Task A_connection_that_ends_within_the_first_frame_of_its_peer_has_ended_and_is_not_called_invalid()
    {
        var wire = TestWire.Parse("h2c");
        await using var host = await KestrelTestHost.StartAsync();
        await using var relay = TcpRelay.Start(host.H2cPort, static (_, connection) =>
            connection.After(RelayDirection.ToClient, 20, static one => one.HalfClose(RelayDirection.ToClient)));
        await using var context = SsContext.FromJson(TestWire.Policy(
            TestCertificates.Authority.Base64Der, "\"backoff\": [1], \"conceal\": 0", wire.StreamType("x", relay.Port, WireTask.Bytes(10, 0))));
        var handler = new RecordingHandler();
        await using var stream = context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        Assert.Equal((SsPhase.Peer, SsCauseCode.PeerClosed), (handler.CauseOf(SsState.Unreachable).Phase, handler.CauseOf(SsState.Unreachable).Code));
    }

    /// <summary>Whether a cause is one that the faults of a plan can have. What harms no connection ends none.</summary>
    private static bool Fits(FaultPlan plan, TestWire wire, SsCause cause, string text) => plan.Faults.Any(fault => fault.Kind switch
    {
        FaultKind.Stop => cause.Code is SsCauseCode.PeerUnresponsive or SsCauseCode.ConnectTimeout,

        // Of a reset between TLS and the first request the platform says no more than that HTTP/2 did not come about.
        FaultKind.Reset => cause.Code is SsCauseCode.ConnectionReset or SsCauseCode.PeerClosed or SsCauseCode.PayloadTruncated
            || (wire.Protocol == "h2" && text.StartsWith("The peer did not complete the HTTP/2 handshake", StringComparison.Ordinal)),

        // The end of a raw connection is told as payload is, and the application leaves it. Within a record of TLS it is no end.
        FaultKind.EndToClient => cause.Code is SsCauseCode.PeerClosed or SsCauseCode.PayloadTruncated
            || (wire.IsRaw && cause.Code == SsCauseCode.LocalDisconnect)
            || (wire.Tls && cause.Code == SsCauseCode.ConnectionReset),

        // A server that is made believe that a request ends early may say what it thinks of it.
        FaultKind.EndToServer => cause.Code is SsCauseCode.PeerClosed or SsCauseCode.PayloadTruncated or SsCauseCode.ConnectionReset or SsCauseCode.PeerBusy
            or SsCauseCode.PeerRefused or SsCauseCode.Completed,
        _ => false,
    });

    private static async Task<IReadOnlyList<(SsCause Cause, string Text)>> RunAsync(KestrelTestHost host, TestWire wire, FaultPlan plan, TestLog log)
    {
        var sockets = new LeakCheck();
        var transfer = new FaultTransfer(wire, plan);
        var recorder = new WireRecorder(transfer) { KeepPayload = false };
        int port;
        await using (var relay = TcpRelay.Start(wire.PortOf(host.Ports, plan.Task), (number, connection) =>
        {
            if (number < plan.Faults.Count)
                plan.Faults[number].Plant(connection);
        }))
        {
            port = relay.Port;
            await using var context = SsContext.FromJson(Policy(wire, plan, port), new SsContextOptions { LoggerFactory = log });
            await using var stream = context.Create("x", recorder);
            stream.Connect();
            await transfer.Whole.OrFail(() => $"{plan}: {recorder.Describe()}");
            recorder.AssertClean();
        }

        await sockets.AssertNoNewSocketsAsync(port);
        return transfer.Ends;
    }

    private static string Policy(TestWire wire, FaultPlan plan, int port)
    {
        // Only where the plan has a silence is there a bound on it: else a machine that rests would look like one.
        var (liveness, more) = !plan.HasSilence ? ("\"svalidhup\": 0", "")
            : wire.Protocol == "h2" ? ("\"svalidping_ms\": 1000, \"svalidhup_ms\": 3000", """, "connect_timeout_ms": 3000 """)
            : ("\"svalidping_ms\": 700, \"svalidhup_ms\": 1500", """, "connect_timeout_ms": 3000 """);
        return TestWire.Policy(
            TestCertificates.Authority.Base64Der, $"\"backoff\": [1], \"conceal\": 65535, \"jitterpc\": 0, {liveness}", wire.StreamType("x", port, plan.Task, more: more));
    }
}
