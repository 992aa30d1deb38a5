using Microsoft.Extensions.Logging;

namespace SecureStreams.Transports.Mqtt;

/// <summary>Log messages of mqtt. Ids 1300-1399; ids of removed messages are not used again.</summary>
internal static partial class MqttLog
{
    [LoggerMessage(1300, LogLevel.Warning, "{StreamType} of client id {ClientId} receives more slowly than its broker sends: messages are dropped, {Dropped} so far; let it receive faster, give it a connection of its own, or raise rx_watermark_high", EventName = "Dropping")]
    public static partial void Dropping(ILogger logger, string streamType, string clientId, long dropped);

    [LoggerMessage(1301, LogLevel.Information, "{StreamType}: the broker grants QoS {Granted} for a subscription that asks for {Asked}", EventName = "GrantedLess")]
    public static partial void GrantedLess(ILogger logger, string streamType, int granted, int asked);

    [LoggerMessage(1302, LogLevel.Warning, "The session of client id {ClientId} does not outlast this process: {Problem}", EventName = "SessionNotKept")]
    public static partial void SessionNotKept(ILogger logger, string clientId, string problem);

    [LoggerMessage(1303, LogLevel.Critical, "A connection of mqtt failed internally", EventName = "InternalFailure")]
    public static partial void InternalFailure(ILogger logger, Exception error);
}
