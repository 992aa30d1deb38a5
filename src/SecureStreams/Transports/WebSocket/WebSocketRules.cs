using System.Collections.Immutable;
using SecureStreams.Codecs.Http;
using SecureStreams.Codecs.WebSocket.Deflate;
using SecureStreams.Policy;

namespace SecureStreams.Transports.WebSocket;

/// <summary>What a policy says of ws in either role, worked out once.</summary>
internal class WebSocketRules
{
    public WebSocketRules(StreamTypePolicy policy)
    {
        Policy = policy;
        Subprotocols = [.. HttpTokens.Split(policy.Find("ws_subprotocol")?.Value.Text)];
        SubprotocolList = Subprotocols;
        IsBinary = policy.Find("ws_binary")?.Value.Flag ?? false;
        PrioritizesReads = policy.Find("ws_prioritize_reads")?.Value.Flag ?? false;
        MaxMessageBytes = policy.Find("max_message_bytes")?.Value.Number ?? WebSocketDefaults.MaxMessageBytes;
        if (policy.Find("ws_deflate")?.Value.Flag ?? false)
            Deflate = new WebSocketDeflateSettings { WindowBits = (int)(policy.Find("ws_deflate_window_bits")?.Value.Number ?? WebSocketDeflateParameters.LargestWindowBits) };
    }

    public StreamTypePolicy Policy { get; }

    /// <summary>The subprotocols to ask for, or of which one has to be asked for; empty for none.</summary>
    public ImmutableArray<string> Subprotocols { get; }

    /// <summary>The same as an object, so that it is not made one for each connection.</summary>
    public IReadOnlyList<string> SubprotocolList { get; }

    /// <summary>Whether messages are binary where the application does not say, else text.</summary>
    public bool IsBinary { get; }

    /// <summary>Whether what has arrived is read before anything is sent.</summary>
    public bool PrioritizesReads { get; }

    /// <summary>The longest message that is taken.</summary>
    public long MaxMessageBytes { get; }

    /// <summary>What is wanted of permessage-deflate; null for nothing.</summary>
    public WebSocketDeflateSettings? Deflate { get; }
}
