using Microsoft.Extensions.Logging;

namespace SecureStreams.Core;

/// <summary>Log messages of the stream core. Ids 1000-1099; ids of removed messages are not used again.</summary>
internal static partial class CoreLog
{
    [LoggerMessage(1000, LogLevel.Debug, "{StreamType}#{StreamId} {State} {Cause}", EventName = "StateChanged")]
    public static partial void StateChanged(ILogger logger, string streamType, long streamId, SsState state, SsCause cause);

    [LoggerMessage(1001, LogLevel.Warning, "{StreamType}#{StreamId} {State}: {Message} ({Cause})", EventName = "Failed")]
    public static partial void Failed(ILogger logger, string streamType, long streamId, SsState state, string message, SsCause cause);

    [LoggerMessage(1002, LogLevel.Error, "{StreamType}#{StreamId}: the handler threw in {Callback}; the stream disconnects", EventName = "HandlerThrew")]
    public static partial void HandlerThrew(ILogger logger, Exception error, string streamType, long streamId, string callback);

    [LoggerMessage(1003, LogLevel.Critical, "{StreamType}#{StreamId}: illegal step from {From} to {To}, dropped", EventName = "IllegalStep")]
    public static partial void IllegalStep(ILogger logger, string streamType, long streamId, SsState from, SsState to);

    [LoggerMessage(1004, LogLevel.Critical, "{StreamType}#{StreamId}: internal failure", EventName = "InternalFailure")]
    public static partial void InternalFailure(ILogger logger, Exception error, string streamType, long streamId);

    [LoggerMessage(1005, LogLevel.Debug, "{StreamType}#{StreamId} {State}: {Message} ({Cause})", EventName = "Ended")]
    public static partial void Ended(ILogger logger, string streamType, long streamId, SsState state, string message, SsCause cause);

    [LoggerMessage(1006, LogLevel.Warning, "{StreamType}: {Count} more failures of its peers were not written here: {Most} in {Window} are, and the latest are in the context's diagnostics", EventName = "FailuresHeld")]
    public static partial void FailuresHeld(ILogger logger, string streamType, long count, int most, TimeSpan window);

    [LoggerMessage(1030, LogLevel.Debug, "{StreamType}#{StreamId} follows a change of its policy", EventName = "PolicyFollowed")]
    public static partial void PolicyFollowed(ILogger logger, string streamType, long streamId);

    [LoggerMessage(1032, LogLevel.Debug, "{StreamType}#{StreamId}: the network of this machine has changed: {Action}", EventName = "NetworkFollowed")]
    public static partial void NetworkFollowed(ILogger logger, string streamType, long streamId, string action);

    [LoggerMessage(1031, LogLevel.Debug, "{StreamType}#{StreamId}: a change of the policy ({Impact}): {Action}", EventName = "PolicyActed")]
    public static partial void PolicyActed(ILogger logger, string streamType, long streamId, SsPolicyAction action, Policy.PolicyImpact impact);
}
