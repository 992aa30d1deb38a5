using Microsoft.Extensions.Logging;

namespace SecureStreams.Remote;

/// <summary>Log messages of remote policies. Ids 1340-1369; ids of removed messages are not used again.</summary>
internal static partial class RemotePolicyLog
{
    [LoggerMessage(1340, LogLevel.Information, "The kept policy of revision {Revision}, stored {StoredAt:u}, is in force", EventName = "RemotePolicyFromDisk")]
    public static partial void FromDisk(ILogger logger, long? revision, DateTimeOffset storedAt);

    [LoggerMessage(1341, LogLevel.Warning, "{Problem}", EventName = "RemotePolicySlotSkipped")]
    public static partial void SlotSkipped(ILogger logger, string problem);

    [LoggerMessage(1342, LogLevel.Information, "The fetched policy of revision {Revision} is in force; kept on disk: {Stored}", EventName = "RemotePolicyApplied")]
    public static partial void Applied(ILogger logger, long? revision, bool stored);

    [LoggerMessage(1343, LogLevel.Debug, "The policy was asked for, and there is no newer one", EventName = "RemotePolicyUnchanged")]
    public static partial void Unchanged(ILogger logger);

    [LoggerMessage(1344, LogLevel.Warning, "The fetched policy is refused ({Stage}), and the one in force stays: {Message}", EventName = "RemotePolicyRefused")]
    public static partial void Refused(ILogger logger, SsRemotePolicyStage stage, string message);

    [LoggerMessage(1345, LogLevel.Warning, "The policy could not be fetched, and the one in force stays ({Failures} in a row): {Message}", EventName = "RemotePolicyFetchFailed")]
    public static partial void Failed(ILogger logger, int failures, string message);

    [LoggerMessage(1346, LogLevel.Warning, "The fetched policy of revision {Revision} did not stand its trial, and the one before is back: {Message}", EventName = "RemotePolicyReverted")]
    public static partial void Reverted(ILogger logger, long? revision, string message);

    [LoggerMessage(1347, LogLevel.Warning, "The policy cannot be fetched: {Message}", EventName = "RemotePolicyUnavailable")]
    public static partial void Unavailable(ILogger logger, string message);

    [LoggerMessage(1348, LogLevel.Warning, "The policy in force is not on disk, so that a restart would begin with an older one: {Problem}", EventName = "RemotePolicyNotStored")]
    public static partial void NotStored(ILogger logger, string problem);

    [LoggerMessage(1349, LogLevel.Warning, "The policy in force expired at {Expires:u}; it goes on running until a newer one comes", EventName = "RemotePolicyExpired")]
    public static partial void Expired(ILogger logger, DateTimeOffset expires);

    [LoggerMessage(1350, LogLevel.Error, "Fetching the policy failed by a mistake of this release; the policy in force stays", EventName = "RemotePolicyMistake")]
    public static partial void Mistake(ILogger logger, Exception error);

    [LoggerMessage(1351, LogLevel.Debug, "A report on the policy was not delivered: {Message}", EventName = "RemotePolicyReportLost")]
    public static partial void ReportLost(ILogger logger, string message);
}
