using SecureStreams.Codecs.WebSocket.Deflate;
using SecureStreams.Policy;
using SecureStreams.Transports.Http;

namespace SecureStreams.Transports.WebSocket;

/// <summary>What a policy says of clients of ws, worked out once.</summary>
internal sealed class WebSocketPlan : WebSocketRules
{
    public WebSocketPlan(StreamTypePolicy policy, HttpPools pools)
        : base(policy)
    {
        IsHttp2 = policy.Find("ws_http_version")?.Value.Text == "2";
        Http = new HttpPlan(policy, pools, IsHttp2);
        MaxHeaderBytes = (int)(policy.Find("max_header_bytes")?.Value.Number ?? WebSocketDefaults.MaxHeaderBytes);
        HasOwnFields = Http.Signing is not null || Http.AllowsDirect || !Http.Headers.IsEmpty || !Http.BlobHeaders.IsEmpty;
        if (Deflate is { } deflate)
            Extensions = WebSocketDeflateNegotiation.Offer(deflate);
    }

    /// <summary>Whether connections are streams of HTTP/2 that others share, else each has its own.</summary>
    public bool IsHttp2 { get; }

    /// <summary>What an upgrade has in common with other requests: target, headers, redirects.</summary>
    public HttpPlan Http { get; }

    /// <summary>Whether an upgrade may have other fields than those of the handshake.</summary>
    public bool HasOwnFields { get; }

    /// <summary>The largest head of an answer that is taken.</summary>
    public int MaxHeaderBytes { get; }

    /// <summary>What is offered as <c>Sec-WebSocket-Extensions</c>; null for nothing.</summary>
    public string? Extensions { get; }
}
