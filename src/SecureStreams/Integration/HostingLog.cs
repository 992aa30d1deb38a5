using Microsoft.Extensions.Logging;

namespace SecureStreams.Integration;

/// <summary>Log messages of contexts in hosts. Ids 1200-1299; ids of removed messages are not used again.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(1200, LogLevel.Critical, "{Diagnostic}", EventName = "PolicyRefused")]
    public static partial void PolicyRefused(ILogger logger, string diagnostic);

    [LoggerMessage(1201, LogLevel.Warning, "The host does not wait any longer for streams to end; they end by themselves", EventName = "StopAbandoned")]
    public static partial void StopAbandoned(ILogger logger);

    [LoggerMessage(1202, LogLevel.Warning, "{Key} was changed in the settings, which takes effect when the program starts again", EventName = "SettingWaits")]
    public static partial void SettingWaits(ILogger logger, string key);

    [LoggerMessage(1203, LogLevel.Warning, "The changed settings cannot be used, and what runs goes on as it was: {Problem}", EventName = "SettingsRefused")]
    public static partial void SettingsRefused(ILogger logger, string problem);

    [LoggerMessage(1204, LogLevel.Error, "The program's own code failed when it was to set the changed options; what runs goes on as it was", EventName = "SettingsFailed")]
    public static partial void SettingsFailed(ILogger logger, Exception error);
}
