using System.Net;
using System.Net.Sockets;
using SecureStreams.Network;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Time;
using SecureStreams.TestSupport.Wires;

namespace SecureStreams.Tests.Network;

/// <summary>
/// A peer that resets a connection before anybody has looked at it. The system answers many a question about such a socket with an error; to a stream it is an ordinary failure, with a phase and a reason.
/// </summary>
public class EarlyResetTests
{
    public static TheoryData<string> Names => [.. TestWire.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_connection_that_is_reset_before_it_is_used_is_a_reset(string name)
    {
        // What can be said of the connection is asked for too, since the system refuses that first.
        const string Facts = ", \"attr_low_latency\": true, \"metadata\": [{ \"from\": \"\" }, { \"at\": \"\" }], \"metadata_from_connection\": [{ \"from\": \"peer_ip\" }, { \"at\": \"local_port\" }]";
        var wire = TestWire.Parse(name);
        var clock = new ManualTimeProvider();
        var sockets = new ResetSockets();
        await using var server = ScriptedServer.Start(async (connection, stopping) =>
        {
            // Not before: a reset while it connects is what connecting ends with.
            await sockets.Connected.Task.WaitAsync(stopping);
            connection.Reset();
        });
        await using var context = SsContext.FromJson(
            TestWire.Policy(TestCertificates.Authority.Base64Der, "\"backoff\": [1000], \"conceal\": 1", wire.StreamType("x", server.Port, WireTask.Echo, more: Facts)),
            new SsContextOptions { Platform = new SsPlatform { Time = clock, Sockets = sockets } });
        var handler = new FirstFailure();
        await using var stream = context.Create("x", handler);
        stream.RequestTransmit();

        var cause = await handler.Failed.Task.OrFail(static () => "Nothing is told of it.");
        Assert.Equal((wire.Tls ? SsPhase.Tls : SsPhase.Peer, SsCauseCode.ConnectionReset), (cause.Phase, cause.Code));
    }

    /// <summary>Real ones, which are handed out when their peer has reset them.</summary>
    private sealed class ResetSockets : SsSocketDialer
    {
        public TaskCompletionSource Connected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken) => ConnectAsync(new SsConnectRequest(endPoint), cancellationToken);

        public override async ValueTask<Stream> ConnectAsync(SsConnectRequest request, CancellationToken cancellationToken)
        {
            var stream = await System.ConnectAsync(request, cancellationToken);
            Connected.TrySetResult();
            Assert.True(((NetworkStream)stream).Socket.Poll(TestTimeouts.Unexpected, SelectMode.SelectRead), "The peer holds the connection.");
            return stream;
        }
    }

    private sealed class FirstFailure : SecureStreamHandler
    {
        public TaskCompletionSource<SsCause> Failed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State is not (SsState.Disconnected or SsState.Unreachable))
                return SsResult.Continue;
            Failed.TrySetResult(change.Cause);
            return SsResult.Destroy;
        }
    }
}
