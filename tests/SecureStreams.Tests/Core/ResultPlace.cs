using SecureStreams.Transports.InMemory;

namespace SecureStreams.Tests.Core;

/// <summary>A callback at which the result table tries every result and action: how to get there, and what the peer does before and after.</summary>
/// <param name="Name">As the published table names it.</param>
/// <param name="StreamType">A streamtype of <see cref="CoreBench.Policy"/>.</param>
/// <param name="Trigger">Sets the stream going.</param>
/// <param name="Callback">The callback's name: a state, <c>OnReceive</c> or <c>OnTransmit</c>.</param>
/// <param name="Peers">What the peer does in each attempt; the last repeats.</param>
internal sealed record ResultPlace(string Name, string StreamType, Action<SecureStream> Trigger, string Callback, params Action<InMemoryPeer>[] Peers)
{
    public static IReadOnlyList<ResultPlace> All { get; } =
    [
        new("Creating", "http", Connect, "Creating", Answer),
        new("Poll", "http", static s => s.RequestTransmit(), "Poll", Answer),
        new("Connecting", "http", Connect, "Connecting", Answer),
        new("Unreachable, retry to come", "http", Connect, "Unreachable", Refuse, Answer),
        new("Unreachable, no retry left", "plain", Connect, "Unreachable", Refuse),
        new("AuthFailed, retry to come", "http", Connect, "AuthFailed", Tokenless, Answer),
        new("AuthFailed, no retry left", "plain", Connect, "AuthFailed", Tokenless),
        new("AllRetriesFailed", "plain", Connect, "AllRetriesFailed", Refuse),
        new("user state", "http", Connect, "User+3", static p => { p.UserState(1003, 404); Answer(p); }),
        new("Connected, transaction", "http", Connect, "Connected", Answer),
        new("Connected, lasting", "link", Connect, "Connected", Accept),
        new("OnTransmit, transaction", "post", static s => s.RequestTransmit(), "OnTransmit", static p => { p.AllowTransmit(due: true); Answer(p); }),
        new("OnTransmit, lasting", "link", static s => s.RequestTransmit(), "OnTransmit", Accept),
        new("OnReceive, transaction", "http", Connect, "OnReceive", Answer),
        new("OnReceive, lasting", "link", Connect, "OnReceive", static p => { p.Accept(); p.Send("x"u8.ToArray(), SsRxFlags.None); }),
        new("QosAckRemote", "http", Connect, "QosAckRemote", Answer),
        new("QosNackRemote", "http", Connect, "QosNackRemote", static p => { p.Accept(); p.Acknowledge(false, 404); p.Close(null); }),
        new("Disconnected, transaction over", "http", Connect, "Disconnected", Answer),
        new("Disconnected, answer cut short", "http", Connect, "Disconnected", static p => { p.Accept(); p.Close(CoreBench.Reset); }, Answer),
        new("Disconnected, lasting", "link", Connect, "Disconnected", static p => { p.Accept(); p.Close(null); }, Accept),
        new("Timeout while connecting", "http", static s => { s.Connect(); s.StartTimeout(TimeSpan.FromMilliseconds(1)); }, "Timeout", static _ => { }),
        new("Timeout while connected", "link", static s => { s.Connect(); s.StartTimeout(TimeSpan.FromMilliseconds(1)); }, "Timeout", Accept),
        new("Destroying", "http", static s => _ = s.DisposeAsync().AsTask(), "Destroying", Answer),
    ];

    private static void Connect(SecureStream stream) => stream.Connect();

    private static void Accept(InMemoryPeer peer) => peer.Accept();

    private static void Refuse(InMemoryPeer peer) => peer.Close(CoreBench.Refused);

    private static void Tokenless(InMemoryPeer peer) => peer.Close(CoreBench.NoToken);

    private static void Answer(InMemoryPeer peer)
    {
        peer.Accept();
        peer.Send("x"u8.ToArray(), SsRxFlags.StartOfMessage);
        peer.Send(default, SsRxFlags.EndOfMessage);
        peer.Acknowledge(true, 200);
        peer.Close(null);
    }
}
