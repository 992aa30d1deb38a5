using Microsoft.Extensions.Logging;

namespace SecureStreams.Transports.Mqtt;

/// <summary>Log messages of mqtt. Ids 3200-3249; ids of removed messages are not used again.</summary>
internal static partial class MqttLog
{
    [LoggerMessage(3200, LogLevel.Warning, "{StreamType} of client id {ClientId} receives more slowly than its broker sends: messages are dropped, {Dropped} so far; let it receive faster, give it a connection of its own, or raise mqtt_queue_bytes", EventName = "MqttDropping")]
    public static partial void Dropping(ILogger logger, string streamType, string clientId, long dropped);

    [LoggerMessage(3201, LogLevel.Information, "{StreamType}: the broker grants QoS {Granted} for a subscription that asks for {Asked}", EventName = "MqttGrantedLess")]
    public static partial void GrantedLess(ILogger logger, string streamType, int granted, int asked);

    [LoggerMessage(3203, LogLevel.Critical, "A connection of mqtt failed internally", EventName = "MqttInternalFailure")]
    public static partial void InternalFailure(ILogger logger, Exception error);

    [LoggerMessage(3206, LogLevel.Warning, "A message for client id {ClientId} that its stream could not take is dropped: the connection goes on for other streams, and its session or its window lets the broker not keep it", EventName = "MqttGivenUp")]
    public static partial void GivenUp(ILogger logger, string clientId);

    [LoggerMessage(3207, LogLevel.Information, "The broker of client id {ClientId} sends more messages than mqtt_receive_maximum ({Maximum}) before the first is answered: they are taken all the same, and mqtt_queue_bytes bounds what waits", EventName = "MqttOverrun")]
    public static partial void Overrun(ILogger logger, string clientId, int maximum);

    [LoggerMessage(3204, LogLevel.Warning, "The broker kept {Count} messages for client id {ClientId} that no stream subscribes to any more: they are dropped", EventName = "MqttForNobody")]
    public static partial void ForNobody(ILogger logger, string clientId, int count);
}
