using Microsoft.Extensions.Logging;

namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>Log messages of sessions that are kept on disk. Ids 3250-3259; ids of removed messages are not used again.</summary>
internal static partial class MqttSessionLog
{
    [LoggerMessage(3250, LogLevel.Information, "The session in {Path} ended in {Bytes} bytes of a write that was not finished, since its process ended there; they were cut off, and nothing is lost by it", EventName = "MqttSessionTailCut")]
    public static partial void TailCut(ILogger logger, string path, long bytes);

    [LoggerMessage(3251, LogLevel.Warning, "The session is kept, though not whole: {Problem}", EventName = "MqttSessionDamaged")]
    public static partial void Damaged(ILogger logger, string problem);

    [LoggerMessage(3252, LogLevel.Warning, "The session does not outlast this process: {Problem}", EventName = "MqttSessionNotKept")]
    public static partial void NotKept(ILogger logger, string problem);

    [LoggerMessage(3253, LogLevel.Information, "The session is kept in {Path} again", EventName = "MqttSessionKeptAgain")]
    public static partial void KeptAgain(ILogger logger, string path);
}
