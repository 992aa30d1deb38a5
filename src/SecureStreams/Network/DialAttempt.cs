using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using SecureStreams.Network.Identities;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>One dial: its steps, how far it came, and the words for its failure.</summary>
internal sealed class DialAttempt(
    DialTarget target, DialProgress progress, SsPlatform platform, TrustStoreCache trustStores, ClientIdentities identities, NameCache nameCache, SsFaultInjector? injector)
{
    // Set aside for documentation (RFC 5737).
    private static readonly IPAddress Nobody = new([192, 0, 2, 1]);

    private SsFaultedDial? _faults;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<DialedConnection> RunAsync(CancellationToken cancellationToken)
    {
        // Whatever the policy alone can decide is decided before anybody is asked or any packet is sent.
        progress.Begin(platform.Time);
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

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<DialedConnection> DialAsync(TrustAnchors? anchors, ClientIdentity? identity, CancellationToken cancellationToken)
    {
        if (target.Tls is { } tls && HostNames.ForTls(tls.ServerName).Length == 0)
            throw Invalid("there is no host name for the server's certificate to be for; give the endpoint one", "endpoint", null);
        ThrowIfImpossible();
        _faults = target.Options.Fault is { } mark ? injector?.Begin(mark.StreamType) : null;
        ThrowIfForced();
        var time = platform.Time;
        var proxy = progress.Proxy = target.UnixPath is null ? DialProxy.Of(target.Options, platform) : null;

        var winner = await ReachAsync(proxy, cancellationToken).ConfigureAwait(false);
        var local = winner.Stream is NetworkStream { Socket.LocalEndPoint: IPEndPoint own } ? own.ToString() : null;
        var wire = new CountingStream(_faults?.Wrap(winner.Stream!) ?? winner.Stream!, time) { Underlying = winner.Stream };
        if (proxy is not null)
        {
            progress.Phase = SsPhase.Proxy;
            await new ProxyHandshake(wire, target, proxy).RunAsync(cancellationToken).ConfigureAwait(false);
        }

        SslStream? secured = null;
        if (target.Tls is not null)
        {
            progress.Phase = SsPhase.Tls;
            secured = await new TlsHandshake(wire, target.Tls, anchors, identity, time).RunAsync(cancellationToken).ConfigureAwait(false);
        }

        // Once: what is told of it in several places is the same.
        var timings = progress.Timings;
        var candidates = progress.Candidates;
        return new DialedConnection((Stream?)secured ?? wire, wire, winner.Address, timings, candidates)
        {
            Summary = Summarize(winner, local, timings, proxy, candidates),
            Addresses = progress.Addresses,
            IdentityStamp = secured is null ? null : identity?.Stamp,
            Facts = target.WantsFacts ? ConnectionFacts.Of(wire, secured) : null,
        };
    }

    /// <summary>The failure that <paramref name="error"/>, thrown by <see cref="RunAsync"/>, means.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="bound">The bound, if it has run out.</param>
    public TransportFailure Explain(Exception error, TimeSpan? bound)
    {
        var failure = error is TransportException known ? known.Failure
            : bound is { } ranOut ? progress.TimedOut(ranOut, "endpoint", error)
            : new TransportFailure(progress.Phase, SsCauseCode.InternalError, $"dialing {progress.Way} failed unexpectedly: {error.GetType().Name}: {NetworkErrors.Innermost(error)}") { Error = error };
        return failure with { Endpoint = progress.Endpoint, Candidates = progress.Candidates, Dial = DialSteps.Of(progress) };
    }

    /// <summary>To the peer, or to the proxy on the way.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<RaceAttempt> ReachAsync(ProxyPolicy? proxy, CancellationToken cancellationToken)
    {
        var options = target.Options;
        var (host, port) = proxy is null ? (target.Host, target.Port) : (proxy.Host, proxy.Port);
        var world = _faults is null ? platform : platform with { Sockets = new FaultedSockets(_faults, platform.Sockets) };
        var choice = options.LocalBind?.AddressFamily switch { AddressFamily.InterNetwork => AddressChoice.IPv4, AddressFamily.InterNetworkV6 => AddressChoice.IPv6, _ => options.Family };
        if (_faults is { ReachesNobody: true })
            return await RaceAsync(new AddressRace([new IPEndPoint(Nobody, port is < 1 or > ushort.MaxValue ? 1 : port)], world), proxy, cancellationToken).ConfigureAwait(false);
        if (target.UnixPath is { } path)
            return await RaceAsync(new AddressRace([UnixEndPoint(path)], world), proxy, cancellationToken).ConfigureAwait(false);
        if (HostNames.Literal(host) is { } literal)
        {
            if (choice != AddressChoice.Any && (choice == AddressChoice.IPv6) != (literal.AddressFamily == AddressFamily.InterNetworkV6))
                throw OtherFamily(host);
            return await RaceAsync(new AddressRace([new IPEndPoint(literal, port)], world, options), proxy, cancellationToken).ConfigureAwait(false);
        }

        progress.Phase = SsPhase.Names;
        using var wait = nameCache.Wait(host, choice);
        var known = await wait.RunAsync(cancellationToken).ConfigureAwait(false);
        progress.Addresses = known.Addresses;
        if (progress.Addresses.Count == 0)
            throw new TransportException(NameFailures.Of(host, choice, known.Error, proxy));
        var race = new AddressRace(port, world, options);
        wait.FeedTo(race);
        try
        {
            var winner = await RaceAsync(race, proxy, cancellationToken).ConfigureAwait(false);
            nameCache.Reached(wait.Lookup, ((IPEndPoint)winner.EndPoint).Address);
            return winner;
        }
        catch (Exception error) when (error is TransportException || (error is OperationCanceledException && race.Candidates.Any(static one => one.Elapsed >= NetworkDefaults.AttemptDelay)))
        {
            // None of its addresses is good: perhaps the name stands for others by now. Whoever gives up before any of them had its time says nothing of them.
            nameCache.Forget(wait.Lookup);
            throw;
        }
        finally
        {
            progress.Addresses = wait.State.Addresses;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<RaceAttempt> RaceAsync(AddressRace race, ProxyPolicy? proxy, CancellationToken cancellationToken)
    {
        progress.Phase = SsPhase.Connect;
        progress.Race = race;
        return await race.RunAsync(cancellationToken).ConfigureAwait(false) ?? throw new TransportException(NobodyReached(race, proxy));
    }

    private TransportFailure NobodyReached(AddressRace race, ProxyPolicy? proxy)
    {
        var failure = ConnectFailures.NobodyReached(race, target, progress, proxy);
        return _faults is { ReachesNobody: true } ? failure with { Attribute = FaultGate.Faults } : failure;
    }

    /// <summary>What an injected fault decides before anybody is asked.</summary>
    private void ThrowIfForced()
    {
        if (_faults?.NameError is { } unknown)
        {
            progress.Phase = SsPhase.Names;
            throw new TransportException(NameFailures.Of(target.Host, AddressChoice.Any, unknown, null) with { Attribute = FaultGate.Faults });
        }

        if (target.Tls is not null && _faults?.TlsRefusal is { } code)
        {
            progress.Phase = SsPhase.Tls;
            throw new TransportException(FaultGate.Refused(code));
        }
    }

    private void ThrowIfImpossible()
    {
        if (target.UnixPath is not null)
            return;
        if (target.Port is < 1 or > ushort.MaxValue)
            throw Invalid($"port {target.Port} is not between 1 and 65535; correct the port", "port", null);
        if (HostNames.WithoutBrackets(target.Host).Length == 0)
            throw Invalid("the endpoint is empty; give it a host name or address", "endpoint", null);
    }

    private SsConnection Summarize(RaceAttempt winner, string? local, in DialTimings timings, ProxyPolicy? proxy, IReadOnlyList<SsCandidate> candidates) => new()
    {
        Time = platform.Time.GetUtcNow(),
        Endpoint = progress.Endpoint,
        Address = winner.Address,
        LocalAddress = local,
        Proxy = proxy?.ToString(),
        NamesTime = timings.Names,
        ConnectTime = timings.Connect,
        ProxyTime = timings.Proxy,
        TlsTime = timings.Tls,
        Candidates = candidates,
        Warnings = winner.Request.Warnings,
    };

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

    private TransportException OtherFamily(string host)
    {
        var attribute = target.Options.LocalBind is null ? "address_family" : "local_bind";
        return Invalid($"{OperatorText.Clean(host)} is an address of another family than {attribute} allows; correct one of them", attribute, null);
    }

    private static TransportException Invalid(string message, string attribute, Exception? error) =>
        new(new TransportFailure(SsPhase.Policy, SsCauseCode.EndpointInvalid, message) { Attribute = attribute, Permanent = true, Error = error });
}
