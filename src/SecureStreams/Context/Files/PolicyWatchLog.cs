using Microsoft.Extensions.Logging;

namespace SecureStreams;

/// <summary>Log messages of watched policy files. Ids 1150-1159; ids of removed messages are not used again.</summary>
internal static partial class PolicyWatchLog
{
    [LoggerMessage(1150, LogLevel.Warning, "{Problem} Policy revision {Revision} stays in force until the file can be read", EventName = "PolicyFileUnreadable")]
    public static partial void Unreadable(ILogger logger, string problem, long revision);

    [LoggerMessage(1151, LogLevel.Warning, "The system does not tell of changes in '{Folder}' ({Reason}): policy files in it are looked at every {Seconds} s instead. {Remedy}", EventName = "PolicyFileNoticesLost")]
    public static partial void NoticesLost(ILogger logger, string folder, string reason, double seconds, string remedy);

    [LoggerMessage(1152, LogLevel.Information, "The policy files are again what policy revision {Revision} was made of", EventName = "PolicyFilesRestored")]
    public static partial void Restored(ILogger logger, long revision);

    [LoggerMessage(1153, LogLevel.Error, "The program's own code failed when it was told '{Update}'; the files are watched on", EventName = "PolicyWatchCallbackFailed")]
    public static partial void CallbackFailed(ILogger logger, string update, Exception error);
}
