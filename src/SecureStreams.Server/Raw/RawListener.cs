using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Server.Listening;
using SecureStreams.Server.Routing;
using SecureStreams.Server.Tls;
using SecureStreams.Transports;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Server.Raw;

/// <summary>A raw server: every connection is a stream. Where streamtypes have joined it, or it has names, the name in the TLS handshake says whose it is, so that the stream begins after it.</summary>
internal sealed class RawListener : ServerListener
{
    private readonly Dialer _dialer;
    private readonly RawIntake _intake;
    private readonly Arrivals _arrivals;

    private RawListener(LocalContext context, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept)
        : base(context, policy, accept)
    {
        _dialer = new Dialer(Platform, blobs: context.Blobs); // Never dials: connections share its clock and plans.
        _arrivals = new Arrivals(Platform.Time);
        _intake = new RawIntake(new LinkContext(Platform, _dialer), Platform.Scheduler, _arrivals);
    }

    /// <summary>Binds and begins to accept.</summary>
    public static RawListener Start(LocalContext context, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept)
    {
        var listener = new RawListener(context, policy, accept);
        listener.Begin();
        return listener;
    }

    /// <inheritdoc/>
    protected override void Arrived(AcceptedSocket accepted)
    {
        _arrivals.Begin();
        if (Tls is { } tls && (Routes.All.Length > 1 || !Own.Plan.TakesAnyHost))
        {
            _ = RouteAsync(tls, accepted);
            return;
        }

        try
        {
            _intake.Schedule(Own, accepted, Tls, secured: null);
        }
        catch
        {
            // It is nobody's way: whoever accepted it closes it, and nobody waits for it.
            _arrivals.End();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override Task StoppedAsync(bool draining) => _arrivals.StopAsync(draining);

    /// <inheritdoc/>
    protected override Task FreedAsync()
    {
        _dialer.Dispose();
        _arrivals.Dispose();
        return Task.CompletedTask;
    }

    private async Task RouteAsync(ServerTlsHosts tls, AcceptedSocket accepted)
    {
        var policy = Policy.Now();
        var plan = ListenPlan.Of(policy);
        SecuredConnection? secured = null;
        try
        {
            await Task.Yield();
            using var bound = new CancellationTokenSource(plan.UnauthenticatedTimeout, Platform.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, _arrivals.Over);
            if (!plan.Sniffs || await accepted.BeginsTlsAsync(either.Token).ConfigureAwait(false))
                secured = await tls.AuthenticateAsync(accepted.Wire, [], either.Token).ConfigureAwait(false);
            var host = secured?.Host ?? "";
            var route = Routes.FindConnection(host) ?? throw new TransportException(new TransportFailure(SsPhase.Tls, SsCauseCode.TlsHandshakeFailed,
                $"the client asks for host '{OperatorText.Clean(host)}', and no streamtype on this listener has it; add it to server_names, or leave them out in '{policy.Name}', which takes any then") { Attribute = "server_names" });

            // One that has joined during the handshake may ask more of clients than the one whose handshake it was.
            if (secured is not null && tls.Of(host) is var wanted && wanted != secured.Tls && wanted.Clients.Requires)
                throw new TransportException(new TransportFailure(SsPhase.Tls, SsCauseCode.CertificateInvalid, "the client has not shown the certificate that is asked for since; it will when it connects again") { Attribute = "tls_client_auth" });
            _intake.Schedule(route, accepted, tls, secured);
            return;
        }
        catch (Exception error) when (error is TransportException or OperationCanceledException or IOException)
        {
            if (!_arrivals.Over.IsCancellationRequested)
                TellUnaccepted(policy, accepted.PeerText, error, plan.UnauthenticatedTimeout);
        }
        catch (Exception error)
        {
            ServerLog.Failed(Logger, error, policy.Name);
        }

        secured?.Stream.Dispose();
        accepted.Dispose();
        _arrivals.End();
    }
}
