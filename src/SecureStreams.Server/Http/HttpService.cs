using System.Runtime.CompilerServices;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.Policy;
using SecureStreams.Server.WebSocket;
using SecureStreams.Transports;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Server.Http;

/// <summary>What a streamtype makes of requests: the one place where they meet. Worked out once for a policy.</summary>
internal sealed class HttpService
{
    private static readonly ConditionalWeakTable<StreamTypePolicy, HttpService> Services = [];

    private readonly WebSocketServerPlan? _webSocket;

    private HttpService(StreamTypePolicy policy)
    {
        TakesRequests = policy.Protocol is WireProtocol.H1 or WireProtocol.H2;
        if (!TakesRequests || policy.Find("ws_subprotocol") is not null)
            _webSocket = new WebSocketServerPlan(policy);
    }

    /// <summary>Whether it serves requests as such; else only those that become WebSocket connections.</summary>
    public bool TakesRequests { get; }

    /// <summary>That of <paramref name="policy"/>.</summary>
    public static HttpService Of(StreamTypePolicy policy) => Services.GetValue(policy, static one => new HttpService(one));

    /// <summary>Looks whether it serves a request.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="upgrade">How it is upgraded to a WebSocket connection if the application agrees; null for a request like others.</param>
    /// <returns>Why it does not, or null.</returns>
    public HttpRefusal? Judge(HttpExchange exchange, out WebSocketAgreement? upgrade)
    {
        upgrade = null;
        var asked = _webSocket is null ? null : exchange.WebSocket();
        if (asked is not null)
            return _webSocket!.Judge(asked, exchange.IsUpgradable, out upgrade);
        return TakesRequests ? null : WebSocketServerPlan.UpgradeRequired(exchange);
    }

    /// <summary>Makes the transport of a request that it serves.</summary>
    public static StreamTransport Begin(LinkContext links, TransportSetup setup, HttpExchange exchange, WebSocketAgreement? upgrade) =>
        upgrade is null ? new HttpServerTransport(setup, exchange) : new UpgradeTransport(links, setup, exchange, upgrade);
}
