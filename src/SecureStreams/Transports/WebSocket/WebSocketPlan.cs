using System.Collections.Immutable;
using SecureStreams.Codecs.Http;
using SecureStreams.Codecs.WebSocket.Deflate;
using SecureStreams.Policy;
using SecureStreams.Transports.Http;

namespace SecureStreams.Transports.WebSocket;

/// <summary>What a policy says of ws, worked out once.</summary>
internal sealed class WebSocketPlan
{
    public WebSocketPlan(StreamTypePolicy policy, HttpPools pools)
    {
        Policy = policy;
        IsHttp2 = policy.Find("ws_http_version")?.Value.Text == "2";
        Http = new HttpPlan(policy, pools, IsHttp2);
        Subprotocols = [.. HttpTokens.Split(policy.Find("ws_subprotocol")?.Value.Text)];
        IsBinary = policy.Find("ws_binary")?.Value.Flag ?? false;
        PrioritizesReads = policy.Find("ws_prioritize_reads")?.Value.Flag ?? false;
        MaxMessageBytes = policy.Find("max_message_bytes")?.Value.Number ?? WebSocketDefaults.MaxMessageBytes;
        MaxHeaderBytes = (int)(policy.Find("max_header_bytes")?.Value.Number ?? WebSocketDefaults.MaxHeaderBytes);
        if (policy.Find("ws_deflate")?.Value.Flag ?? false)
        {
            Deflate = new WebSocketDeflateSettings { WindowBits = (int)(policy.Find("ws_deflate_window_bits")?.Value.Number ?? WebSocketDeflateParameters.LargestWindowBits) };
            Extensions = WebSocketDeflateNegotiation.Offer(Deflate);
        }
    }

    public StreamTypePolicy Policy { get; }

    /// <summary>Whether connections are streams of HTTP/2 that others share, else each has its own.</summary>
    public bool IsHttp2 { get; }

    /// <summary>What an upgrade has in common with other requests: target, headers, redirects.</summary>
    public HttpPlan Http { get; }

    /// <summary>The subprotocols to ask for; empty for none.</summary>
    public ImmutableArray<string> Subprotocols { get; }

    /// <summary>Whether messages are binary where the application does not say, else text.</summary>
    public bool IsBinary { get; }

    /// <summary>Whether what has arrived is read before anything is sent.</summary>
    public bool PrioritizesReads { get; }

    /// <summary>The longest message that is taken.</summary>
    public long MaxMessageBytes { get; }

    /// <summary>The largest head of an answer that is taken.</summary>
    public int MaxHeaderBytes { get; }

    /// <summary>What is wanted of permessage-deflate; null for nothing.</summary>
    public WebSocketDeflateSettings? Deflate { get; }

    /// <summary>What is offered as <c>Sec-WebSocket-Extensions</c>; null for nothing.</summary>
    public string? Extensions { get; }
}
