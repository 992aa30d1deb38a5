using Microsoft.Extensions.Logging;

namespace SecureStreams.Transports.Http;

/// <summary>Log messages of the HTTP transport. Ids 3100-3199; ids of removed messages are not used again.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(3100, LogLevel.Debug, "HTTP connection to {Address} is up: names {Names}, connect {Connect}, TLS {Tls}", EventName = "HttpDialed")]
    public static partial void Dialed(ILogger logger, string address, TimeSpan names, TimeSpan connect, TimeSpan tls);

    [LoggerMessage(3101, LogLevel.Debug, "Streamtype {StreamType}: redirect with status {Status} followed, hop {Hop}", EventName = "HttpRedirectFollowed")]
    public static partial void RedirectFollowed(ILogger logger, string streamType, int status, int hop);

    [LoggerMessage(3102, LogLevel.Warning, "The cookies in {Path} cannot be used, and none are kept there: {Problem}", EventName = "HttpCookiesNotRead")]
    public static partial void CookiesNotRead(ILogger logger, string path, string problem);

    [LoggerMessage(3103, LogLevel.Warning, "The cookies cannot be written to {Path}; the next one that is set tries again: {Problem}", EventName = "HttpCookiesNotSaved")]
    public static partial void CookiesNotSaved(ILogger logger, string path, string problem);

    [LoggerMessage(3104, LogLevel.Information, "Streamtype {StreamType}: {Protocol} cannot be spoken here, {Fallback} is in its place (protocol_fallback)", EventName = "HttpProtocolFellBack")]
    public static partial void ProtocolFellBack(ILogger logger, string streamType, string protocol, string fallback);
}
