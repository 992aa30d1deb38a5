using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>How far a dial has come, readable from any thread while it runs, so that whoever waits for it can say what it was waiting for.</summary>
/// <param name="target">What is dialed.</param>
internal sealed class DialProgress(DialTarget target)
{
    private volatile AddressRace? _race;
    private volatile SsPhase _phase = SsPhase.Policy;

    /// <summary>What is dialed, as text.</summary>
    public string Endpoint { get; } = EndPointText.Of(target);

    /// <summary>The step under way.</summary>
    public SsPhase Phase
    {
        get => _phase;
        set => _phase = value;
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

    /// <summary>The failure that it means when <paramref name="bound"/> has run out now.</summary>
    /// <param name="bound">How long there was.</param>
    /// <param name="attribute">The attribute of the streamtype that is worth a look.</param>
    /// <param name="error">The exception behind it, if there is one.</param>
    /// <param name="opening">What a protocol waits for before a connection that is there can be used.</param>
    public TransportFailure TimedOut(TimeSpan bound, string attribute, Exception? error = null, string opening = "until the connection takes a request")
    {
        var (where, mend) = Phase switch
        {
            SsPhase.Policy => ("beginning", "allow it more time"),
            SsPhase.Names => ("looking up the name", "check that this machine reaches its DNS server"),
            SsPhase.Connect => ("connecting", "check the endpoint, and firewalls on the way"),
            SsPhase.Tls => ("waiting for the TLS handshake", "check that the port is a TLS port and that the server is alive"),
            _ => ($"waiting {opening}", "check that the server is alive"),
        };
        IReadOnlyList<SsCandidate> candidates =
            [.. Candidates.Select(static one => one.Outcome == AddressRace.StillConnecting ? one with { Outcome = AddressRace.NoAnswer } : one)];
        var tried = candidates.Count == 0 ? "" : $" ({Describe(candidates)})";
        return new TransportFailure(SsPhase.Timeout, SsCauseCode.ConnectTimeout,
            $"no connection to {Endpoint} within {bound.TotalSeconds:0.###} s: still {where}{tried}; {mend}")
        {
            Error = error,
            Attribute = attribute,
            Candidates = candidates,
        };
    }

    private static string Describe(IReadOnlyList<SsCandidate> candidates) => string.Join(", ", candidates.Select(static one => $"{one.Address}: {one.Outcome}"));
}
