using SecureStreams.Implementation;
using SecureStreams.Server.Listening;
using SecureStreams.Server.Routing;
using SecureStreams.Server.Tls;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Server.Raw;

/// <summary>Where connections become raw streams, of whatever listener.</summary>
/// <param name="links">What connections share.</param>
/// <param name="scheduler">Where the application's code runs.</param>
/// <param name="arrivals">Those that are on their way.</param>
internal sealed class RawIntake(LinkContext links, SsScheduler scheduler, Arrivals arrivals)
{
    /// <summary>Has a connection accepted or refused, in a turn of its own, since that runs the application's code.</summary>
    /// <param name="route">Whose it is.</param>
    /// <param name="accepted">The connection; owned from now on.</param>
    /// <param name="tls">The TLS that it still has to begin with; null for none.</param>
    /// <param name="secured">The TLS that is there already; null for none.</param>
    public void Schedule(ServerRoute route, AcceptedSocket accepted, ServerTlsHosts? tls, SecuredConnection? secured) =>
        scheduler.Schedule(new RawArrival(this, route, accepted, tls, secured));

    /// <summary>That turn.</summary>
    public void Take(ServerRoute route, AcceptedSocket accepted, ServerTlsHosts? tls, SecuredConnection? secured)
    {
        try
        {
            if (route.Accept(setup => new RawServerTransport(links, setup, accepted, tls, secured)) == AcceptOutcome.Accepted)
                return;
            secured?.Stream.Dispose();
            accepted.Dispose();
        }
        finally
        {
            arrivals.End();
        }
    }
}
