using SecureStreams.Codecs.WebSocket;
using SecureStreams.Codecs.WebSocket.Deflate;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Server.Http;
using SecureStreams.Transports;
using SecureStreams.Transports.WebSocket;

namespace SecureStreams.Server.WebSocket;

/// <summary>What a policy says of upgrades to WebSocket, worked out once for it.</summary>
internal sealed class WebSocketServerPlan(StreamTypePolicy policy)
{
    private readonly WebSocketRules _rules = new(policy);

    /// <summary>Looks whether a connection can be agreed to, before the application is asked.</summary>
    /// <param name="asked">What was asked for.</param>
    /// <param name="isUpgradable">Whether the web server can.</param>
    /// <param name="agreement">How; null when it cannot.</param>
    /// <returns>Why not, or null.</returns>
    public HttpRefusal? Judge(WebSocketRequestFacts asked, bool isUpgradable, out WebSocketAgreement? agreement)
    {
        agreement = null;
        if ((WebSocketServerHandshake.Judge(asked) ?? (isUpgradable ? null : new WebSocketRefusal(BadRequest, "An upgrade has no body."))) is { } refusal)
        {
            return new HttpRefusal(refusal.Status, Failure($"An upgrade to WebSocket was refused with {refusal.Status}: {refusal.Message}"))
            {
                Headers = refusal.Status == UpgradeRequiredStatus ? [.. UpgradeHeaders(asked.IsExtendedConnect), ("Sec-WebSocket-Version", WebSocketClientHandshake.Version)] : [],
            };
        }

        string? chosen = null;
        if (!_rules.Subprotocols.IsEmpty)
        {
            chosen = WebSocketServerHandshake.ChooseSubprotocol(asked, _rules.Subprotocols);
            if (chosen is null)
            {
                return new HttpRefusal(BadRequest, Failure(
                    $"An upgrade to WebSocket was refused with {BadRequest}: the client asks for {(asked.Subprotocols is { } names ? $"subprotocol \"{OperatorText.Clean(names)}\"" : "no subprotocol")}, "
                        + $"and one of \"{string.Join(", ", _rules.Subprotocols)}\" is spoken here.") with { Attribute = "ws_subprotocol" });
            }
        }

        WebSocketDeflateParameters? deflate = null;
        string? extensions = null;
        if (_rules.Deflate is { } wanted && !WebSocketDeflateNegotiation.TryChoose(asked.Extensions, wanted, out deflate, out extensions, out _))
            (deflate, extensions) = (null, null);
        agreement = new WebSocketAgreement(_rules, WebSocketServerHandshake.Accept(asked, chosen, extensions), deflate);
        return null;
    }

    /// <summary>What a request gets that asks for no connection where nothing else is served.</summary>
    public static HttpRefusal UpgradeRequired(HttpExchange exchange) => new(UpgradeRequiredStatus,
        Failure("A request was answered with 426: it is no upgrade to WebSocket, and nothing else is served here."))
    {
        Headers = UpgradeHeaders(exchange.IsHttp2),
    };

    private const int BadRequest = 400;
    private const int UpgradeRequiredStatus = 426;

    /// <summary>HTTP/2 has no such headers (RFC 9113 section 8.2.2).</summary>
    private static (string Name, string Value)[] UpgradeHeaders(bool isHttp2) => isHttp2 ? [] : [("Upgrade", "websocket"), ("Connection", "Upgrade")];

    private static TransportFailure Failure(string message) => new(SsPhase.Protocol, SsCauseCode.ProtocolError, message);
}
