using Microsoft.Extensions.Logging;

namespace SecureStreams.Network;

/// <summary>Log messages of dialing. Ids 2100-2199; ids of removed messages are not used again.</summary>
internal static partial class NetworkLog
{
    [LoggerMessage(2100, LogLevel.Warning, "Connection to {Endpoint}: {Warning}", EventName = "ConnectionWarning")]
    public static partial void Warning(ILogger logger, string endpoint, string warning);
}
