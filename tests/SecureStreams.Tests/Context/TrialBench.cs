using SecureStreams.Policy;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using SecureStreams.Transports;
using SecureStreams.Transports.InMemory;
using Xunit;

namespace SecureStreams.Tests.Context;

/// <summary>What tests of trials share: a policy, and streams that are connected under it.</summary>
internal static class TrialBench
{
    public const string Usual = """
        {
          "retry": [{ "default": { "backoff": [1000, 2000, 3000], "conceal": 65535, "jitterpc": 0 }, "few": { "backoff": [1000], "conceal": 1, "jitterpc": 0 } }],
          "s": [{
            "ws": { "endpoint": "peer.test", "port": 80, "protocol": "ws", "ws_subprotocol": "", "retry": "default" },
            "few": { "endpoint": "peer.test", "port": 80, "protocol": "ws", "ws_subprotocol": "", "retry": "few" },
            "raw": { "endpoint": "peer.test", "port": 80, "protocol": "raw", "retry": "few" },
            "other": { "endpoint": "peer.test", "port": 80, "protocol": "ws", "ws_subprotocol": "", "retry": "default" },
            "http": { "endpoint": "peer.test", "port": 80, "protocol": "h1", "http_method": "GET", "http_url": "/", "retry": "few" }
          }]
        }
        """;

    public static SsPolicyTrialOptions Minute { get; } = new();

    public static string Port(string streamType, int port) => $$"""{ "s": [{ "{{streamType}}": { "port": {{port}} } }] }""";

    public static void RefuseAt(CoreWorld world, params int[] ports) => world.Play = peer =>
    {
        if (ports.Contains(peer.Policy.Port))
            peer.Close(CoreBench.Refused);
        else
            peer.Accept();
    };

    public static (SecureStream Stream, RecordingHandler Handler) Connected(CoreWorld world, string streamType)
    {
        world.Play ??= static peer => peer.Accept();
        var (stream, handler) = world.Create(streamType);
        world.Do(stream.Connect);
        Assert.Equal(SsState.Connected, stream.State);
        return (stream, handler);
    }

    public static void Transact(CoreWorld world, SecureStream stream, bool ack)
    {
        world.Do(stream.Connect);
        InMemoryPeer peer = world.Peers[^1];
        peer.Accept();
        peer.Acknowledge(ack, ack ? 200 : 404, ack ? null : new TransportFailure(SsPhase.Peer, SsCauseCode.PeerRefused, "No.") { Status = 404 });
        peer.Close(null);
        world.Run();
    }
}
