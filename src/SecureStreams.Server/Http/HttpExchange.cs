using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Primitives;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.Network;
using SecureStreams.Server.Mapping;

namespace SecureStreams.Server.Http;

/// <summary>One request and its answer, as the web server gives them. Not to be touched once the web server was told that it is over.</summary>
internal sealed class HttpExchange(IFeatureCollection features)
{
    /// <summary>What was asked.</summary>
    public IHttpRequestFeature Request { get; } = features.GetRequiredFeature<IHttpRequestFeature>();

    /// <summary>The head of the answer.</summary>
    public IHttpResponseFeature Response { get; } = features.GetRequiredFeature<IHttpResponseFeature>();

    /// <summary>The body of the answer.</summary>
    public IHttpResponseBodyFeature Answer { get; } = features.GetRequiredFeature<IHttpResponseBodyFeature>();

    /// <summary>Tells when the client has gone, and ends it without an end.</summary>
    public IHttpRequestLifetimeFeature Lifetime { get; } = features.GetRequiredFeature<IHttpRequestLifetimeFeature>();

    /// <summary>The body of the request.</summary>
    public PipeReader Body { get; } = features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;

    /// <summary>Whether there may be one.</summary>
    public bool HasBody { get; } = features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;

    /// <summary>The connection.</summary>
    public HttpConnectionFeature? Connection { get; } = features.Get<HttpConnectionFeature>();

    /// <summary>What follows the body of the answer; null where the web server frames none.</summary>
    public IHttpResponseTrailersFeature? AnswerTrailers { get; } = features.Get<IHttpResponseTrailersFeature>();

    /// <summary>What followed the body of the request, once that has come whole; null for nothing.</summary>
    public IHeaderDictionary? Trailers => features.Get<IHttpRequestTrailersFeature>() is { Available: true, Trailers: { Count: > 0 } trailers } ? trailers : null;

    /// <summary>What a web application says of the connection, where the request came to a path of one; else null.</summary>
    public MappedConnection? Mapped { get; init; }

    /// <summary>Who is there, for operators.</summary>
    public string? Peer => Connection?.Peer ?? Mapped?.Peer;

    /// <summary>What can be said of the connection.</summary>
    public ConnectionFacts? Facts => Connection?.Facts ?? Mapped?.Facts;

    /// <summary>What the application has found in the path; null where there is none.</summary>
    public RouteValueDictionary? RouteValues => Mapped is null ? null : features.Get<IRouteValuesFeature>()?.RouteValues;

    /// <summary>Whom the client asks for: <c>Host</c>, or <c>:authority</c>; empty for none.</summary>
    public string Authority => Request.Headers.Host.Count == 1 ? Request.Headers.Host.ToString() : "";

    /// <summary>What it says of a WebSocket connection; null when it asks for none.</summary>
    public WebSocketRequestFacts? WebSocket()
    {
        var connect = features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } extended ? extended : null;
        if (connect is null && Request.Protocol != "HTTP/1.1")
            return null;
        var headers = Request.Headers;
        var facts = new WebSocketRequestFacts
        {
            IsExtendedConnect = connect is not null,
            Method = Request.Method,
            Upgrade = connect is null ? Text(headers.Upgrade) : connect.Protocol,
            Connection = Text(headers.Connection),
            Key = Text(headers.SecWebSocketKey),
            Version = Text(headers.SecWebSocketVersion),
            Subprotocols = Text(headers.SecWebSocketProtocol),
            Extensions = Text(headers.SecWebSocketExtensions),
        };
        return WebSocketServerHandshake.IsUpgrade(facts) ? facts : null;
    }

    /// <summary>Whether the web server can agree to one: a request that has a body cannot be upgraded.</summary>
    public bool IsUpgradable => features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } || features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };

    /// <summary>Agrees to one, with the head of the answer as it is by then: what follows are its bytes, both ways.</summary>
    public async ValueTask<Stream> UpgradeAsync()
    {
        // Whoever receives nothing for hours is not slow.
        if (features.Get<IHttpMinResponseDataRateFeature>() is { } answer)
            answer.MinDataRate = null;
        if (features.Get<IHttpMinRequestBodyDataRateFeature>() is { } request)
            request.MinDataRate = null;
        SetLimit(null);
        return features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect
            ? await connect.AcceptAsync().ConfigureAwait(false)
            : await features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);
    }

    /// <summary>Whether it is a stream of HTTP/2, whose sides end one by one.</summary>
    public bool IsHttp2 { get; } = features.GetRequiredFeature<IHttpRequestFeature>().Protocol == "HTTP/2";

    /// <summary>How large the body may be; what came in with the connection's settings may be another policy's.</summary>
    public void LimitBody(long? most)
    {
        // Without a limit of its own there is that of the application, which may have told its server another for this path.
        if (most is not null || Mapped is null)
            SetLimit(most);
    }

    private void SetLimit(long? most)
    {
        if (features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = most;
    }

    private static string? Text(StringValues value) => value.Count == 0 ? null : value.ToString();
}
