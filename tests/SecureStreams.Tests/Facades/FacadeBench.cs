using System.Collections.Concurrent;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;
using SecureStreams.Transports.InMemory;

namespace SecureStreams.Tests.Facades;

/// <summary>
/// A context on the real core whose network answers nothing until <see cref="Release"/>, and then everything: whatever is awaited waits until then. Callbacks run
/// on the thread pool, as in life.
/// </summary>
internal sealed class FacadeBench : IAsyncDisposable
{
    /// <summary>One streamtype of each kind.</summary>
    public const string Policy = """
        {
          "retry": [{ "default": { "backoff": [1000], "conceal": 65535, "jitterpc": 0 } }],
          "s": [{
            "get": { "endpoint": "peer.test", "port": 80, "protocol": "h1", "http_method": "GET", "http_url": "/", "retry": "default", "metadata": [{ "ctype": "content-type:" }] },
            "post": { "endpoint": "peer.test", "port": 80, "protocol": "h1", "http_method": "POST", "http_url": "/", "retry": "default", "metadata": [{ "ctype": "content-type:" }] },
            "once": { "endpoint": "peer.test", "port": 80, "protocol": "h1", "http_method": "POST", "http_url": "/" },
            "link": { "endpoint": "peer.test", "port": 80, "protocol": "raw", "retry": "default" },
            "chat": { "endpoint": "peer.test", "port": 80, "protocol": "ws", "http_url": "/", "ws_subprotocol": "chat", "retry": "default" }
          }]
        }
        """;

    private readonly ConcurrentDictionary<InMemoryPeer, bool> _answered = new();
    private readonly ConcurrentDictionary<string, SecureStream> _streams = new();
    private readonly ConcurrentDictionary<string, object> _parts = new();
    private volatile bool _released;

    public FacadeBench()
    {
        Network = new InMemoryNetwork(Clock);
        Network.OnAttempt = peer =>
        {
            _answered[peer] = false;
            if (_released)
                Answer(peer);
        };
        Context = SsContext.FromJson(Policy, new SsContextOptions { Platform = new SsPlatform { Time = Clock }, LoggerFactory = Log, Transports = _ => Network });
    }

    public ManualTimeProvider Clock { get; } = new();

    public InMemoryNetwork Network { get; }

    public TestLog Log { get; } = new();

    public LocalContext Context { get; }

    /// <summary>The one stream of a streamtype, whose handler runs what <see cref="InCallback"/> says.</summary>
    public SecureStream Stream(string streamType) => _streams.GetOrAdd(streamType, one => Context.Create(one, new CallbackHandler(this)));

    /// <summary>Run inside the next callback of any stream of this bench.</summary>
    public Action? InCallback { get; set; }

    /// <summary>What a row makes once and uses in every call.</summary>
    public T Part<T>(Func<FacadeBench, T> make)
        where T : class => (T)_parts.GetOrAdd(typeof(T).Name, _ => make(this));

    /// <summary>From now on every attempt is accepted and answered.</summary>
    public void Release()
    {
        _released = true;
        foreach (var peer in _answered.Keys)
            Answer(peer);
    }

    /// <summary>One message more on every lasting connection that was accepted.</summary>
    public void More()
    {
        foreach (var peer in _answered.Where(static one => one.Value && one.Key.Policy.Protocol != WireProtocol.H1))
            Message(peer.Key);
    }

    public async ValueTask DisposeAsync()
    {
        await Context.DisposeAsync();
        Clock.AssertNoArmedTimers();
        Log.AssertClean();
        Log.Dispose();
    }

    private void Answer(InMemoryPeer peer)
    {
        if (!_answered.TryUpdate(peer, true, false))
            return;
        if (peer.Policy.Protocol == WireProtocol.H1)
        {
            peer.AllowTransmit(due: true);
            peer.Accept();
            peer.Send("answer"u8.ToArray(), SsRxFlags.StartOfMessage);
            peer.Send(default, SsRxFlags.EndOfMessage);
            peer.Acknowledge(true, 200);
            peer.Close(null);
            return;
        }

        peer.Accept();
        for (var i = 0; i < 4; i++)
            Message(peer);
    }

    private static void Message(InMemoryPeer peer) =>
        peer.Send("message"u8.ToArray(), peer.Policy.Protocol == WireProtocol.Raw ? SsRxFlags.None : SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage);

    private sealed class CallbackHandler(FacadeBench bench) : SecureStreamHandler
    {
        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State != SsState.Creating && bench.InCallback is { } action)
            {
                bench.InCallback = null;
                action();
            }

            return SsResult.Continue;
        }
    }
}
