using System.Net;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>How far a dial has come, readable from any thread while it runs, so that whoever waits for it can say what it was waiting for.</summary>
/// <param name="target">What is dialed.</param>
internal sealed class DialProgress(DialTarget target)
{
    private readonly Lock _lock = new();
    private volatile AddressRace? _race;
    private volatile SsPhase _phase = SsPhase.Policy;
    private volatile ProxyPolicy? _proxy;
    private TimeProvider? _time;
    private DialTimings _timings;
    private long _since;

    /// <summary>What is dialed, as text.</summary>
    public string Endpoint { get; } = EndPointText.Of(target);

    /// <summary>What is dialed and through which proxy, as text.</summary>
    public string Way => _proxy is { } proxy ? $"{Endpoint} through the {proxy}" : Endpoint;

    /// <summary>The proxy on the way, once that is settled; null for none.</summary>
    public ProxyPolicy? Proxy
    {
        get => _proxy;
        set => _proxy = value;
    }

    /// <summary>Whether a name had to be looked up.</summary>
    public bool AskedForName { get; private set; }

    /// <summary>What the name stands for; empty before that is known, and where there was no name.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; set; } = [];

    /// <summary>The step under way.</summary>
    public SsPhase Phase
    {
        get => _phase;
        set => Enter(value);
    }

    /// <summary>How long each step took, the one under way so far.</summary>
    public DialTimings Timings
    {
        get
        {
            lock (_lock)
                return With(_timings, _phase);
        }
    }

    /// <summary>The race between the addresses, once it has begun.</summary>
    public AddressRace? Race
    {
        get => _race;
        set => _race = value;
    }

    /// <summary>The addresses tried so far.</summary>
    public IReadOnlyList<SsCandidate> Candidates => Race?.Candidates ?? [];

    /// <summary>The addresses tried so far and what became of each, in one line.</summary>
    public string Tried => Describe(Candidates);

    /// <summary>The dial begins: from now on its steps are timed.</summary>
    public void Begin(TimeProvider time)
    {
        lock (_lock)
        {
            _time = time;
            _since = time.GetTimestamp();
        }
    }

    /// <summary>The failure that it means when <paramref name="bound"/> has run out now.</summary>
    /// <param name="bound">How long there was.</param>
    /// <param name="attribute">The attribute of the streamtype that is worth a look.</param>
    /// <param name="error">The exception behind it, if there is one.</param>
    /// <param name="opening">What a protocol waits for before a connection that is there can be used.</param>
    public TransportFailure TimedOut(TimeSpan bound, string attribute, Exception? error = null, string opening = "until the connection takes a request")
    {
        var proxy = _proxy;
        var (where, mend) = Phase switch
        {
            SsPhase.Policy => ("beginning", "allow it more time"),
            SsPhase.Names => (proxy is null ? "looking up the name" : "looking up the name of the proxy", "check that this machine reaches its DNS server"),
            SsPhase.Connect when proxy is not null => ("connecting to the proxy", "check the proxy, and firewalls on the way"),
            SsPhase.Connect => ("connecting", "check the endpoint, and firewalls on the way"),
            SsPhase.Proxy => ("waiting for the proxy", "check that the proxy is alive and reaches the endpoint"),
            SsPhase.Tls => ("waiting for the TLS handshake", "check that the port is a TLS port and that the server is alive"),
            _ => ($"waiting {opening}", "check that the server is alive"),
        };
        IReadOnlyList<SsCandidate> candidates =
            [.. Candidates.Select(static one => one.Outcome == AddressRace.StillConnecting ? one with { Outcome = AddressRace.NoAnswer } : one)];
        var tried = candidates.Count == 0 ? "" : $" ({Describe(candidates)})";
        return new TransportFailure(SsPhase.Timeout, SsCauseCode.ConnectTimeout,
            $"no connection to {Way} within {bound.TotalSeconds:0.###} s: still {where}{tried}; {mend}")
        {
            Error = error,
            Attribute = attribute,
            Candidates = candidates,
            Dial = DialSteps.Of(this),
        };
    }

    private static string Describe(IReadOnlyList<SsCandidate> candidates) => string.Join(", ", candidates.Select(static one => $"{one.Address}: {one.Outcome}"));

    private void Enter(SsPhase phase)
    {
        lock (_lock)
        {
            AskedForName |= phase == SsPhase.Names;
            _timings = With(_timings, _phase);
            _since = _time?.GetTimestamp() ?? 0;
            _phase = phase;
        }
    }

    private DialTimings With(in DialTimings timings, SsPhase phase)
    {
        if (_time is null)
            return timings;
        var took = _time.GetElapsedTime(_since);
        return phase switch
        {
            SsPhase.Names => timings with { Names = took },
            SsPhase.Connect => timings with { Connect = took },
            SsPhase.Proxy => timings with { Proxy = took },
            SsPhase.Tls => timings with { Tls = took },
            _ => timings,
        };
    }
}
