using System.Net;
using System.Net.Sockets;
using SecureStreams.Network;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Transports.Http;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.Raw;

/// <summary>How raw connections end, and the reason that is told.</summary>
public sealed class RawEndingTests
{
    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    public async Task A_reset_is_told_as_one_with_the_endpoint(string kind)
    {
        await using var bench = new RawBench(kind);
        var (run, peer) = await bench.ConnectAsync();
        await peer.SendAsync("some"u8.ToArray());
        await run.WaitForAsync("rx");
        await peer.BreakAsync();
        var failure = await run.EndAsync();
        Assert.NotNull(failure);
        Assert.Equal((SsPhase.Peer, SsCauseCode.ConnectionReset), (failure.Phase, failure.Code));
        Assert.StartsWith("127.0.0.1:", failure.Endpoint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    [InlineData("unix")]
    public async Task What_was_released_before_a_close_arrives_in_full(string kind)
    {
        const int Length = 60_000;
        await using var bench = new RawBench(kind);
        var (run, peer) = await bench.ConnectAsync();
        run.Post(() =>
        {
            var writer = run.Transport.Writer;
            for (var sent = 0; sent < Length;)
            {
                var room = writer.GetSpan();
                var count = Math.Min(room.Length, Length - sent);
                DeterministicBytes.Fill(room[..count], sent);
                writer.Advance(count, SsTxFlags.None);
                sent += count;
                writer.ReleaseOnMailbox();
                if (!writer.MoreRoom)
                    Assert.True(writer.FlushOnMailbox());
            }

            run.Transport.CloseOnMailbox();
        });
        Assert.Equal(DeterministicBytes.Make(Length), await peer.ToEndAsync());
        peer.Dispose();
        var failure = await run.EndAsync();
        Assert.Equal(SsCauseCode.LocalDisconnect, failure!.Code);
    }

    [Fact]
    public async Task A_peer_that_takes_nothing_holds_up_a_close_for_its_bound_only()
    {
        await using var bench = new RawBench("tcp", receiveBuffer: 4096);
        var (run, _) = await bench.ConnectAsync(run => run.OnTransmit = Flood);
        await Filled(run);
        run.Close();
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(5));
        bench.Clock.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromMilliseconds(1));
        await run.TurnAsync();
        Assert.DoesNotContain("closed", run.Events);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(SsCauseCode.LocalDisconnect, (await run.EndAsync())!.Code);
    }

    [Fact]
    public async Task A_peer_that_does_not_end_holds_up_a_close_for_its_bound_only()
    {
        await using var bench = new RawBench("tcp");
        var (run, peer) = await bench.ConnectAsync();
        run.Close();
        Assert.Empty(await peer.ToEndAsync());
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        await peer.SendAsync("nobody wants it"u8.ToArray());
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(SsCauseCode.LocalDisconnect, (await run.EndAsync())!.Code);
        Assert.DoesNotContain("rx", run.Events);
    }

    [Fact]
    public async Task Aborted_it_is_gone_at_once_with_a_reset()
    {
        await using var bench = new RawBench("tcp", receiveBuffer: 4096);
        var (run, peer) = await bench.ConnectAsync(run => run.OnTransmit = Flood);
        await Filled(run);
        run.Post(run.Transport.AbortOnMailbox);
        Assert.Equal(SsCauseCode.LocalDisconnect, (await run.EndAsync())!.Code);
        var error = await Assert.ThrowsAsync<IOException>(peer.ToEndAsync);
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(error.InnerException).SocketErrorCode);
    }

    [Fact]
    public async Task Nobody_answering_ends_the_attempt_when_the_bound_of_the_policy_runs_out()
    {
        var clock = new ManualTimeProvider();
        await using var bench = new RawBench("tcp", "\"connect_timeout_ms\": 1500", new SsPlatform { Time = clock, Sockets = new SilentSockets() });
        var run = bench.Start();
        await clock.WaitForArmedExactlyAsync(TimeSpan.FromMilliseconds(1500));
        clock.Advance(TimeSpan.FromMilliseconds(1499));
        await run.TurnAsync();
        Assert.DoesNotContain("closed", run.Events);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        var failure = await run.EndAsync();
        Assert.Equal((SsPhase.Timeout, SsCauseCode.ConnectTimeout, "connect_timeout_ms"), (failure!.Phase, failure.Code, failure.Attribute));
        Assert.Contains("within 1.5 s: still connecting", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_never_ends_its_handshake_is_given_up_in_the_phase_it_was_in()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var clock = new ManualTimeProvider();
        await using var factory = new TransportFactory(new SsPlatform { Time = clock }, new TestLog(), new SsMemoryBlobStore());
        var run = new TransportRun(HttpBench.Policy(
            $"\"endpoint\": \"127.0.0.1\", \"port\": {((IPEndPoint)listener.LocalEndPoint!).Port}, \"protocol\": \"raw\", \"tls\": true, \"tls_trust_store\": \"main\""));
        run.Start(factory);
        using var mute = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(0, await mute.ReceiveAsync(new byte[1], SocketFlags.None, TestContext.Current.CancellationToken));
        clock.Advance(TimeSpan.FromSeconds(20));
        var failure = await run.EndAsync();
        Assert.Equal((SsPhase.Timeout, SsCauseCode.ConnectTimeout, "endpoint"), (failure!.Phase, failure.Code, failure.Attribute));
        Assert.Contains("still waiting for the TLS handshake", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"endpoint\": \"127.0.0.1\"", "port", "Streamtype 't' has no port, and protocol raw has none by itself; set \"port\" to that of the peer.")]
    [InlineData("\"endpoint\": \"127.0.0.1\", \"port_metadata\": \"p\", \"metadata\": [{ \"p\": \"\" }]", "port_metadata",
        "Streamtype 't' has no port, and protocol raw has none by itself; set metadata 'p' to that of the peer.")]
    [InlineData("\"endpoint\": \"${e}\", \"port\": 1, \"metadata\": [{ \"e\": \"\" }]", "endpoint",
        "Streamtype 't' has a URL as its endpoint, and its protocol is raw; write the host alone, the port into \"port\", and \"tls\": true for TLS.")]
    [InlineData("\"endpoint\": \"+${n}\", \"metadata\": [{ \"n\": \"\" }]", "endpoint", "Streamtype 't' names a Unix socket that is empty or longer than 107 bytes.")]
    public async Task An_endpoint_that_leads_nowhere_is_refused_before_anything_is_dialed(string attributes, string attribute, string message)
    {
        await using var factory = new TransportFactory(new SsPlatform { Sockets = new SilentSockets() }, new TestLog(), new SsMemoryBlobStore());
        var run = new TransportRun(HttpBench.Policy(attributes + ", \"protocol\": \"raw\""));
        var isFixed = !attributes.Contains("metadata", StringComparison.Ordinal);
        if (attributes.Contains("${e}", StringComparison.Ordinal))
            run.With("e", "tcp://127.0.0.1");
        if (attributes.Contains("${n}", StringComparison.Ordinal))
            run.With("n", "@");
        run.Start(factory);
        var failure = await run.EndAsync();
        Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid, attribute, isFixed), (failure!.Phase, failure.Code, failure.Attribute, failure.Permanent));
        Assert.Equal(message, failure.Message);
    }

    /// <summary>Fills whatever there is to fill.</summary>
    private static bool Flood(TransportWriter writer)
    {
        while (writer.MoreRoom)
            writer.Advance(writer.GetSpan().Length, SsTxFlags.None);
        return true;
    }

    /// <summary>Waits until the network takes no more: a write is under way with the watermark full.</summary>
    private static async Task Filled(TransportRun run)
    {
        for (var same = 0; same < 3;)
        {
            var before = run.TransmitCalls;
            await run.TurnAsync();
            await Task.Yield();
            same = run.Transport.Writer.Queued == run.Policy.TransmitWatermarkHigh && run.TransmitCalls == before ? same + 1 : 0;
        }
    }

    private sealed class SilentSockets : SsSocketDialer
    {
        public override async ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException();
        }
    }
}
