using SecureStreams.Transports.Http;

namespace SecureStreams.Transports.WebSocket;

/// <summary>The schemes of ws are those of HTTP by other names. Pure.</summary>
internal static class WebSocketTarget
{
    /// <summary>The target for diagnostics: <c>wss://host:port/path</c>.</summary>
    public static string Display(HttpTarget target) => string.Concat("ws", target.Display.AsSpan("http".Length));

    /// <summary>A location with scheme ws or wss as one with http or https; anything else as it is.</summary>
    public static string? AsHttp(string? location) =>
        location is not null && (location.StartsWith("ws://", StringComparison.OrdinalIgnoreCase) || location.StartsWith("wss://", StringComparison.OrdinalIgnoreCase))
            ? string.Concat("http", location.AsSpan("ws".Length))
            : location;
}
