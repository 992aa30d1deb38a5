using Microsoft.Extensions.Logging;

namespace SecureStreams.Integration;

/// <summary>Log messages of contexts in hosts. Ids 1200-1299; ids of removed messages are not used again.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(1200, LogLevel.Critical, "{Diagnostic}", EventName = "PolicyRefused")]
    public static partial void PolicyRefused(ILogger logger, string diagnostic);

    [LoggerMessage(1201, LogLevel.Warning, "The host does not wait any longer for streams to end; they end by themselves", EventName = "StopAbandoned")]
    public static partial void StopAbandoned(ILogger logger);
}
