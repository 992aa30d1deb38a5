using SecureStreams.Network;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Tests.Network.Support;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>The bound over everything that comes before a request can be sent.</summary>
public sealed class HttpConnectTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    [Theory]
    [InlineData("h1", "\"connect_timeout_ms\": 700", 700, "connect_timeout_ms")]
    [InlineData("h2", "\"connect_timeout_ms\": 700, \"long_poll\": true", 700, "connect_timeout_ms")]
    [InlineData("h1", "\"connect_timeout_ms\": 33000", 33_000, "connect_timeout_ms")]
    [InlineData("h1", "", 20_000, "endpoint")]
    [InlineData("h2", "", 20_000, "endpoint")]
    public async Task Time_runs_out_exactly_while_the_name_is_looked_up(string protocol, string more, int milliseconds, string attribute)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource<IReadOnlyList<System.Net.IPAddress>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var names = new ScriptedNames((_, _) =>
        {
            asked.TrySetResult();
            return new(never.Task);
        });
        await using var bench = new HttpBench(names: names);
        var run = bench.Start(HttpBench.Policy($"\"endpoint\": \"host.test\", \"port\": 80, \"protocol\": \"{protocol}\", \"http_method\": \"GET\", \"http_url\": \"/\"{(more.Length > 0 ? ", " : "")}{more}"));
        await asked.Task.OrFail(() => run.Story);
        var failure = await RunsOutAsync(bench, run, TimeSpan.FromMilliseconds(milliseconds));
        Assert.Equal(attribute, failure.Attribute);
        Assert.Contains($"within {milliseconds / 1000.0:0.###} s: still looking up the name", failure.Message, StringComparison.Ordinal);
        Assert.Equal("http://host.test:80/", failure.Endpoint);
        never.SetException(new IOException("late"));
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task Time_runs_out_while_connecting_and_every_address_is_listed(string protocol)
    {
        await using var bench = Bench(out var sockets);
        var run = bench.Start(Policy(protocol, 400));
        await sockets.StartedAsync(0);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(250));
        var second = await sockets.StartedAsync(1);
        var failure = await RunsOutAsync(bench, run, TimeSpan.FromMilliseconds(150));
        Assert.Contains("still connecting (192.0.2.1:80: no answer, 192.0.2.2:80: no answer)", failure.Message, StringComparison.Ordinal);
        Assert.Equal(
            [("192.0.2.1:80", "no answer", 400.0), ("192.0.2.2:80", "no answer", 150.0)],
            failure.Candidates.Select(static one => (one.Address, one.Outcome, one.Elapsed.TotalMilliseconds)));
        await CancelledAsync(second.Token);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task Time_runs_out_in_the_handshake(string protocol)
    {
        await using var server = ScriptedServer.Start(Scripts.Hang);
        await using var bench = new HttpBench();
        var run = bench.Start(HttpBench.Policy(server.Port, protocol, tls: true, more: "\"connect_timeout_ms\": 5000"));
        await server.WaitForConnectionsAsync(1);
        var lane = await LaneAsync(run);
        while (lane.Dial is not { Phase: SsPhase.Tls })
            await Task.Yield();
        var failure = await RunsOutAsync(bench, run, TimeSpan.FromSeconds(5));
        Assert.Contains("waiting for the TLS handshake", failure.Message, StringComparison.Ordinal);
        Assert.Equal("connected", Assert.Single(failure.Candidates).Outcome);
    }

    [Fact]
    public async Task Who_waits_for_a_shared_connection_waits_no_longer_than_its_own_policy_says()
    {
        await using var server = ScriptedServer.Start(H2Scripts.Answer("there"u8.ToArray()));
        await using var bench = Bench(out var sockets);
        var patient = bench.Start(Policy("h2", 30_000));
        var dial = await sockets.StartedAsync(0);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(100));
        var hasty = bench.Start(Policy("h2", 500));
        await hasty.TurnAsync();
        var failure = await RunsOutAsync(bench, hasty, TimeSpan.FromMilliseconds(500));
        Assert.Equal("192.0.2.1:80", failure.Candidates[0].Address);

        dial.End.SetResult(await ToAsync(server.Port));
        Assert.Null(await patient.EndAsync());
        Assert.Equal("there", patient.ReceivedText);
        Assert.Equal(1, server.Counters.Accepted);
    }

    [Fact]
    public async Task A_dial_goes_on_for_those_who_wait_when_the_one_that_began_it_gives_up()
    {
        await using var server = ScriptedServer.Start(H2Scripts.Answer("there"u8.ToArray()));
        await using var bench = Bench(out var sockets);
        var hasty = bench.Start(Policy("h2", 200));
        var dial = await sockets.StartedAsync(0);
        var patient = bench.Start(Policy("h2", 30_000));
        await patient.TurnAsync();
        await RunsOutAsync(bench, hasty, TimeSpan.FromMilliseconds(200));
        Assert.False(dial.Token.IsCancellationRequested);

        dial.End.SetResult(await ToAsync(server.Port));
        Assert.Null(await patient.EndAsync());
        Assert.Equal(1, server.Counters.Accepted);
    }

    [Fact]
    public async Task A_dial_that_fails_fails_for_all_who_wait_and_for_nobody_who_comes_later()
    {
        await using var server = ScriptedServer.Start(H2Scripts.Answer("there"u8.ToArray()));
        await using var bench = Bench(out var sockets, "192.0.2.1");
        var runs = new[] { bench.Start(Policy("h2", 30_000)), bench.Start(Policy("h2", 30_000)), bench.Start(Policy("h2", 30_000)) };
        foreach (var run in runs)
            await run.TurnAsync();
        (await sockets.StartedAsync(0)).End.SetException(new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionRefused));
        foreach (var run in runs)
            Assert.Equal(SsCauseCode.ConnectionRefused, (await run.EndAsync())!.Code);
        Assert.Equal(1, sockets.Count);

        var later = bench.Start(Policy("h2", 30_000));
        (await sockets.StartedAsync(1)).End.SetResult(await ToAsync(server.Port));
        Assert.Null(await later.EndAsync());
    }

    [Fact]
    public async Task A_dial_that_nobody_waits_for_any_more_is_given_up()
    {
        await using var bench = Bench(out var sockets);
        var runs = new[] { bench.Start(Policy("h2", 30_000)), bench.Start(Policy("h2", 30_000)) };
        var dial = await sockets.StartedAsync(0);
        foreach (var run in runs)
        {
            Assert.False(dial.Token.IsCancellationRequested);
            run.Close();
            Assert.Equal(SsCauseCode.LocalDisconnect, (await run.EndAsync())!.Code);
        }

        await CancelledAsync(dial.Token);
    }

    private static async Task CancelledAsync(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(cancelled.SetResult);
        await cancelled.Task.OrFail(static () => "The dial goes on.");
    }

    private static HttpBench Bench(out ScriptedSockets sockets, params string[] addresses)
    {
        // The sockets need the clock of the bench, which needs the sockets.
        var later = new LateSockets();
        var bench = new HttpBench(sockets: later, names: ScriptedNames.Answering(addresses.Length > 0 ? addresses : ["192.0.2.1", "192.0.2.2"]));
        later.Sockets = sockets = new ScriptedSockets(bench.Clock);
        return bench;
    }

    private static SecureStreams.Policy.StreamTypePolicy Policy(string protocol, int milliseconds) => HttpBench.Policy(
        $"\"endpoint\": \"host.test\", \"port\": 80, \"protocol\": \"{protocol}\", \"http_method\": \"GET\", \"http_url\": \"/\", \"connect_timeout_ms\": {milliseconds}");

    private static async Task<SecureStreams.Transports.TransportFailure> RunsOutAsync(HttpBench bench, TransportRun run, TimeSpan after)
    {
        bench.Clock.Advance(after - Tick);
        await run.TurnAsync();
        Assert.Equal("", run.Story);
        bench.Clock.Advance(Tick);
        var failure = await run.EndAsync();
        Assert.Equal("closed", run.Story);
        Assert.Equal((SsPhase.Timeout, SsCauseCode.ConnectTimeout), (failure!.Phase, failure.Code));
        return failure;
    }

    private static async Task<SecureStreams.Transports.Http.HttpLane> LaneAsync(TransportRun run)
    {
        await run.TurnAsync();
        return ((SecureStreams.Transports.Http.HttpTransport)run.Transport).Lane!;
    }

    private static async Task<Stream> ToAsync(int port) => await SsSocketDialer.System.ConnectAsync(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port), TestContext.Current.CancellationToken);

    private sealed class LateSockets : SsSocketDialer
    {
        public SsSocketDialer Sockets { get; set; } = System;

        public override ValueTask<Stream> ConnectAsync(System.Net.EndPoint endPoint, CancellationToken cancellationToken) => Sockets.ConnectAsync(endPoint, cancellationToken);
    }
}
