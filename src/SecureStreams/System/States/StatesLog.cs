using Microsoft.Extensions.Logging;

namespace SecureStreams.States;

/// <summary>Log messages of system states. Ids 1300-1319; ids of removed messages are not used again.</summary>
internal static partial class StatesLog
{
    [LoggerMessage(1300, LogLevel.Debug, "The context is {State}", EventName = "SystemStateEntered")]
    public static partial void Entered(ILogger logger, SsSystemState state);

    [LoggerMessage(1301, LogLevel.Warning, "{State} goes on without {Condition}, which did not end within {Bound}", EventName = "SystemConditionOutOfTime")]
    public static partial void OutOfTime(ILogger logger, SsSystemState state, string condition, TimeSpan bound);

    [LoggerMessage(1302, LogLevel.Warning, "{State} goes on without {Condition}, which failed", EventName = "SystemConditionFailed")]
    public static partial void Failed(ILogger logger, Exception error, SsSystemState state, string condition);
}
