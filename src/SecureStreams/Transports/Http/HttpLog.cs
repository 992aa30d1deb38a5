using Microsoft.Extensions.Logging;

namespace SecureStreams.Transports.Http;

/// <summary>Log messages of the HTTP transport. Ids 3100-3199; ids of removed messages are not used again.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(3100, LogLevel.Debug, "HTTP connection to {Address} is up: names {Names}, connect {Connect}, TLS {Tls}", EventName = "HttpDialed")]
    public static partial void Dialed(ILogger logger, string address, TimeSpan names, TimeSpan connect, TimeSpan tls);

    [LoggerMessage(3101, LogLevel.Debug, "Streamtype {StreamType}: redirect with status {Status} followed, hop {Hop}", EventName = "HttpRedirectFollowed")]
    public static partial void RedirectFollowed(ILogger logger, string streamType, int status, int hop);
}
