using SecureStreams.Policy;
using SecureStreams.Server.Listening;
using SecureStreams.Server.Tls;
using SecureStreams.Transports;

namespace SecureStreams.Server.Routing;

/// <summary>One streamtype on a listener: who is meant for it, and what becomes of those.</summary>
/// <param name="plan">Who is meant.</param>
/// <param name="policy">The policy in force.</param>
/// <param name="accepted">Its books.</param>
/// <param name="accept">The application's.</param>
/// <param name="tls">Its own TLS; null where it takes that of the listener.</param>
/// <param name="limit">How many there may be.</param>
internal sealed class ServerRoute(RoutePlan plan, ListenerPolicy policy, AcceptedStreams accepted, Func<SecureStream, SecureStreamHandler?> accept, ServerTls? tls, StreamLimit limit)
{
    /// <summary>The streamtype.</summary>
    public string Name => policy.Began.Name;

    /// <summary>Who is meant.</summary>
    public RoutePlan Plan => plan;

    /// <summary>Its own TLS; null where it takes that of the listener.</summary>
    public ServerTls? Tls => tls;

    /// <summary>Its books.</summary>
    public AcceptedStreams Accepted => accepted;

    /// <summary>The policy in force.</summary>
    public StreamTypePolicy Policy => policy.Now();

    /// <summary>Makes a stream for a peer. In a turn of its own, since it runs the application's code.</summary>
    /// <param name="connect">Makes the transport of the connection that is there, once, unless it is refused.</param>
    public AcceptOutcome Accept(Func<TransportSetup, StreamTransport> connect) => limit.Accept(policy.Now(), accept, connect);
}
