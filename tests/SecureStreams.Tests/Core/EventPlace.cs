using SecureStreams.Transports.InMemory;

namespace SecureStreams.Tests.Core;

/// <summary>A row of the event table: what a stream is in, and how it gets there.</summary>
/// <param name="Name">As the published table names it.</param>
/// <param name="StreamType">A streamtype of <see cref="Policy"/>.</param>
/// <param name="State">The state the stream is in.</param>
/// <param name="Stage">How far an attempt is.</param>
/// <param name="Now">What the stream says it does: the words of <see cref="EventTrial.Now"/>.</param>
/// <param name="Reach">Gets there.</param>
internal sealed record EventPlace(string Name, string StreamType, SsState State, EventStage Stage, string Now, Action<EventTrial> Reach)
{
    /// <summary>The streamtypes: <c>post</c> is transactional, the others last.</summary>
    public const string Policy = """
        {
          "governor_rate": 60, "governor_burst": 2,
          "retry": [{
            "r": { "backoff": [1000, 2000, 5000, 3000], "conceal": 4, "jitterpc": 0, "svalidping": 30, "svalidhup": 60 },
            "again": { "backoff": [1000], "conceal": 1, "jitterpc": 0, "restart_after_ms": 30000 }
          }],
          "s": [{
            "link": { "endpoint": "peer.test", "port": 1, "protocol": "mqtt", "mqtt_topic": "t", "mqtt_qos": 1, "retry": "r", "metadata": [{ "m": "" }] },
            "post": { "endpoint": "peer.test", "port": 1, "protocol": "h1", "http_method": "POST", "http_url": "/", "retry": "r", "metadata": [{ "m": "" }] },
            "once": { "endpoint": "peer.test", "port": 1, "protocol": "mqtt", "mqtt_topic": "t", "opportunistic": true, "retry": "r", "metadata": [{ "m": "" }] },
            "plain": { "endpoint": "peer.test", "port": 1, "protocol": "mqtt", "mqtt_topic": "t", "metadata": [{ "m": "" }] },
            "again": { "endpoint": "peer.test", "port": 1, "protocol": "mqtt", "mqtt_topic": "t", "retry": "again", "metadata": [{ "m": "" }] }
          }]
        }
        """;

    public static IReadOnlyList<EventPlace> All { get; } =
    [
        new("Creating", "link", SsState.Creating, EventStage.None, "idle", static _ => { }),
        new("Creating, waits for the governor", "link", SsState.Creating, EventStage.None, Governor, WaitForGovernor),
        new("Connecting, lasting", "link", SsState.Connecting, EventStage.Connecting, "connecting", static t => t.Connect()),
        new("Connecting, transaction", "post", SsState.Connecting, EventStage.Connecting, "connecting", static t => t.Connect()),
        new("Connecting, transaction, request sent", "post", SsState.Connecting, EventStage.Connecting, "connecting", static t => t.Connect(static p => p.ShowLife())) { HasConnection = true },
        new("Connected, lasting", "link", SsState.Connected, EventStage.Connected, "connected", static t => t.Connect(Accept)),
        new("Connected, lasting, reception paused", "link", SsState.Connected, EventStage.Connected, "paused", static t => t.Connect(Accept, Pause(t), Message)),
        new("QosAckRemote, lasting", "link", SsState.QosAckRemote, EventStage.Connected, "connected", static t => t.Connect(Accept, static p => p.Acknowledge(true, 0))),
        new("Connected, answer under way", "post", SsState.Connected, EventStage.Connected, "connected", static t => t.Connect(Accept, Begin)),
        new("Connected, answer under way, reception paused", "post", SsState.Connected, EventStage.Connected, "paused", static t => t.Connect(Accept, Begin, Pause(t), More)),
        new("QosAckRemote, not yet closed", "post", SsState.QosAckRemote, EventStage.Answered, "connected", static t => t.Connect(Accept, Begin, End, static p => p.Acknowledge(true, 200))),
        new("QosNackRemote, not yet closed", "post", SsState.QosNackRemote, EventStage.Answered, "connected", static t => t.Connect(Accept, static p => p.Acknowledge(false, 404))),
        new("Disconnected, transaction over", "post", SsState.Disconnected, EventStage.None, "idle", static t => t.Connect(Accept, static p => p.Acknowledge(true, 200), static p => p.Close(null))),
        new("Disconnected, opportunistic", "once", SsState.Disconnected, EventStage.None, "idle", static t => t.Connect(Accept, static p => p.Close(null))),
        new("Disconnected, waits for a retry", "link", SsState.Disconnected, EventStage.None, "retry in 1 s", static t => t.Connect(Accept, static p => p.Close(CoreBench.Reset))),
        new("Disconnected, answer cut short, waits for a retry", "post", SsState.Disconnected, EventStage.None, "retry in 1 s", static t => t.Connect(Accept, Begin, static p => p.Close(CoreBench.Reset))),
        new("Unreachable, waits for a retry", "link", SsState.Unreachable, EventStage.None, "retry in 1 s", static t => t.Connect(Refuse)),
        new("Unreachable, waits for the governor", "link", SsState.Unreachable, EventStage.None, Governor, WaitForGovernorAgain),
        new("AuthFailed, waits for a retry", "link", SsState.AuthFailed, EventStage.None, "retry in 1 s", static t => t.Connect(static p => p.Close(CoreBench.NoToken))),
        new("AllRetriesFailed, idle", "plain", SsState.AllRetriesFailed, EventStage.None, "idle", static t => t.Connect(Refuse)),
        new("AllRetriesFailed, waits to begin anew", "again", SsState.AllRetriesFailed, EventStage.None, "afresh in 30 s", FailAll),
        new("Destroying, inside the callback", "link", SsState.Destroying, EventStage.None, Gone, static t => t.Connect(Accept)) { IsInDestroying = true },
        new("Destroyed", "link", SsState.Destroying, EventStage.None, Gone, Destroy),
    ];

    /// <summary>What <see cref="Now"/> says of a stream that waits for the governor.</summary>
    public const string Governor = "governor";

    /// <summary>What <see cref="Now"/> says of a destroyed stream.</summary>
    public const string Gone = "gone";

    public bool IsTransactional => StreamType == "post";

    /// <summary>Whether the event comes while the callback of Destroying runs.</summary>
    public bool IsInDestroying { get; private init; }

    /// <summary>Whether the attempt that is not connected has a connection all the same.</summary>
    public bool HasConnection { get; private init; }

    public bool IsDestroyed => Now == Gone;

    public bool IsPaused => Now == "paused";

    public bool IsIdle => Now == "idle";

    public bool WaitsForDelay => Now.Contains(" in ", StringComparison.Ordinal);

    private static void Accept(InMemoryPeer peer) => peer.Accept();

    private static void Refuse(InMemoryPeer peer) => peer.Close(CoreBench.Refused);

    private static void Message(InMemoryPeer peer) => peer.Send("x"u8.ToArray(), SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage);

    private static void Begin(InMemoryPeer peer) => peer.Send("x"u8.ToArray(), SsRxFlags.StartOfMessage);

    private static void More(InMemoryPeer peer) => peer.Send("x"u8.ToArray(), SsRxFlags.None);

    private static void End(InMemoryPeer peer) => peer.Send(default, SsRxFlags.EndOfMessage);

    private static Action<InMemoryPeer> Pause(EventTrial trial) => _ => trial.World.Do(trial.Stream.PauseReceive);

    private static void WaitForGovernor(EventTrial trial)
    {
        // Another stream learns that the peer fails, and then uses the burst up.
        FailAnother(trial, times: 3);
        trial.Connect();
    }

    private static void WaitForGovernorAgain(EventTrial trial)
    {
        trial.Connect(Refuse);
        trial.World.Pass(TimeSpan.FromMilliseconds(999));
        FailAnother(trial, times: 2);
        trial.World.Pass(TimeSpan.FromMilliseconds(1));
    }

    private static void FailAnother(EventTrial trial, int times)
    {
        var (other, _) = trial.World.Create("plain");
        for (var i = 0; i < times; i++)
        {
            trial.World.Do(other.Connect);
            trial.World.Do(() => trial.World.Peers[^1].Close(CoreBench.Refused));
        }
    }

    private static void FailAll(EventTrial trial)
    {
        trial.Connect(Refuse);
        trial.World.PassSeconds(1);
        trial.World.Do(() => Refuse(trial.Peer!));
    }

    private static void Destroy(EventTrial trial)
    {
        trial.Connect(Accept);
        trial.World.Do(() => _ = trial.Stream.DisposeAsync().AsTask());
    }
}
