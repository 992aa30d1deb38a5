using System.Net;
using System.Net.Sockets;
using SecureStreams.Network.Identities;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>One dial: its steps, how far it came, and the words for its failure.</summary>
internal sealed class DialAttempt(DialTarget target, DialProgress progress, SsPlatform platform, TrustStoreCache trustStores, ClientIdentities identities)
{
    public async ValueTask<DialedConnection> RunAsync(CancellationToken cancellationToken)
    {
        // Whatever the policy alone can decide is decided before anybody is asked or any packet is sent.
        var anchors = target.Tls?.Options.TrustStore is { } store ? trustStores.Get(store) : null;
        anchors?.ThrowIfUnusable();
        var identity = target.Tls?.Options.Identity is { } names ? identities.Load(names) : null;
        try
        {
            return await DialAsync(anchors, identity, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // The connection needs it no more: the platform has its own hold on the key until the connection ends.
            identity?.Return();
        }
    }

    private async ValueTask<DialedConnection> DialAsync(TrustAnchors? anchors, ClientIdentity? identity, CancellationToken cancellationToken)
    {
        if (target.Tls is { } tls && HostNames.ForTls(tls.ServerName).Length == 0)
            throw Invalid("there is no host name for the server's certificate to be for; give the endpoint one", "endpoint", null);

        var time = platform.Time;
        var started = time.GetTimestamp();
        var endPoints = await FindAsync(cancellationToken).ConfigureAwait(false);
        var named = progress.Phase == SsPhase.Names ? time.GetElapsedTime(started) : TimeSpan.Zero;

        progress.Phase = SsPhase.Connect;
        started = time.GetTimestamp();
        var race = progress.Race = new AddressRace(endPoints, platform);
        var winner = await race.RunAsync(cancellationToken).ConfigureAwait(false) ?? throw new TransportException(NobodyReached(race));
        var connected = time.GetElapsedTime(started);
        var wire = new CountingStream(winner.Stream!, time);
        var remote = EndPointText.Of(winner.EndPoint);
        if (target.Tls is null)
        {
            return new DialedConnection(wire, wire, remote, new DialTimings(named, connected, TimeSpan.Zero), progress.Candidates)
            {
                Facts = target.WantsFacts ? ConnectionFacts.Of(wire, null) : null,
            };
        }

        progress.Phase = SsPhase.Tls;
        started = time.GetTimestamp();
        var stream = await new TlsHandshake(wire, target.Tls, anchors, identity, time).RunAsync(cancellationToken).ConfigureAwait(false);
        return new DialedConnection(stream, wire, remote, new DialTimings(named, connected, time.GetElapsedTime(started)), progress.Candidates)
        {
            IdentityStamp = identity?.Stamp,
            Facts = target.WantsFacts ? ConnectionFacts.Of(wire, stream) : null,
        };
    }

    /// <summary>The failure that <paramref name="error"/>, thrown by <see cref="RunAsync"/>, means.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="bound">The bound, if it has run out.</param>
    public TransportFailure Explain(Exception error, TimeSpan? bound)
    {
        var failure = error is TransportException known ? known.Failure
            : bound is { } ranOut ? progress.TimedOut(ranOut, "endpoint", error)
            : new TransportFailure(progress.Phase, SsCauseCode.InternalError, $"dialing {progress.Endpoint} failed unexpectedly: {error.GetType().Name}: {NetworkErrors.Innermost(error)}") { Error = error };
        return failure with { Endpoint = progress.Endpoint, Candidates = progress.Candidates };
    }

    private async ValueTask<IReadOnlyList<EndPoint>> FindAsync(CancellationToken cancellationToken)
    {
        if (target.UnixPath is { } path)
            return [UnixEndPoint(path)];
        if (target.Port is < 1 or > ushort.MaxValue)
            throw Invalid($"port {target.Port} is not between 1 and 65535; correct the port", "port", null);
        if (HostNames.WithoutBrackets(target.Host).Length == 0)
            throw Invalid("the endpoint is empty; give it a host name or address", "endpoint", null);
        if (HostNames.Literal(target.Host) is { } literal)
            return [new IPEndPoint(literal, target.Port)];

        progress.Phase = SsPhase.Names;
        var addresses = await HostNames.ResolveAsync(target.Host, platform.Names, cancellationToken).ConfigureAwait(false);
        return [.. addresses.Select(one => new IPEndPoint(one, target.Port))];
    }

    private static UnixDomainSocketEndPoint UnixEndPoint(string path)
    {
        if (path is "" or "@")
            throw Invalid("the name of the Unix socket is empty; correct the endpoint", "endpoint", null);
        try
        {
            return new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path.AsSpan(1)}" : path);
        }
        catch (Exception error) when (error is ArgumentException or PlatformNotSupportedException)
        {
            throw Invalid($"'{OperatorText.Clean(path)}' cannot be the name of a Unix socket (too long, or not supported here); correct the endpoint", "endpoint", error);
        }
    }

    private static TransportException Invalid(string message, string attribute, Exception? error) =>
        new(new TransportFailure(SsPhase.Policy, SsCauseCode.EndpointInvalid, message) { Attribute = attribute, Permanent = true, Error = error });

    private TransportFailure NobodyReached(AddressRace race)
    {
        // The most telling answer speaks for all: a refusal proves the host is alive; "unreachable" often only means that a family is missing here.
        var errors = race.Errors;
        var telling = errors.MinBy(error => Rank(NetworkErrors.Connecting(error, target.UnixPath is not null).Code))!;
        var (phase, code, _) = NetworkErrors.Connecting(telling, target.UnixPath is not null);
        var (what, attribute) = code switch
        {
            SsCauseCode.ConnectionRefused => ("nobody listens at", target.UnixPath is null ? "port" : "endpoint"),
            SsCauseCode.NetworkUnreachable => ("no network leads to", "endpoint"),
            SsCauseCode.ConnectTimeout => ("no answer from", "endpoint"),
            _ => ("could not connect to", "endpoint"),
        };
        var mend = code switch
        {
            SsCauseCode.ConnectionRefused => target.UnixPath is null ? "start the server, or correct endpoint and port" : "start the server, or correct the endpoint",
            SsCauseCode.NetworkUnreachable => "check this machine's network and routes",
            SsCauseCode.ConnectTimeout => "check the endpoint, and firewalls on the way",
            _ => "see the reasons given",
        };
        return new TransportFailure(phase, code, $"{what} {progress.Endpoint} ({progress.Tried}); {mend}") { Error = telling, Attribute = attribute };
    }

    private static int Rank(SsCauseCode code) => code switch
    {
        SsCauseCode.ConnectionRefused => 0,
        SsCauseCode.ConnectTimeout => 1,
        SsCauseCode.NetworkUnreachable => 3,
        _ => 2,
    };
}
