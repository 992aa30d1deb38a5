using Microsoft.Extensions.Logging;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>Log messages of contexts. Ids 1100-1199; ids of removed messages are not used again.</summary>
internal static partial class ContextLog
{
    [LoggerMessage(1100, LogLevel.Warning, "{Diagnostic}", EventName = "PolicyWarning")]
    public static partial void PolicyWarning(ILogger logger, string diagnostic);

    [LoggerMessage(1101, LogLevel.Information, "{Place}: streamtype '{StreamType}': {Attribute} is accepted, not acted on in this release; it is stated {Times} times in all", EventName = "PolicyNotActedOn")]
    public static partial void NotActedOn(ILogger logger, PolicyLocation place, string streamType, string attribute, int times);

    [LoggerMessage(1102, LogLevel.Information, "'{Name}' made policy revision {Revision}: {Changed} streamtypes changed, {Added} added, {Removed} removed; {Touched} streams and listeners touched", EventName = "PolicyChanged")]
    public static partial void PolicyChanged(ILogger logger, string name, long revision, int changed, int added, int removed, int touched);

    [LoggerMessage(1105, LogLevel.Information, "The addresses of this machine have changed: {Streams} streams look after their connections", EventName = "NetworkChanged")]
    public static partial void NetworkChanged(ILogger logger, int streams);

    [LoggerMessage(1103, LogLevel.Warning, "'{Name}' is refused, and policy revision {Revision} stays in force: {Message}", EventName = "PolicyUpdateRefused")]
    public static partial void PolicyRefused(ILogger logger, string name, long revision, string message);

    [LoggerMessage(1120, LogLevel.Information, "'{Name}', policy revision {Revision}, is on trial until {Deadline:u}: {Connected} % of the touched streams connected, {Acked} % of the usual share acknowledged", EventName = "PolicyTrialBegan")]
    public static partial void TrialBegan(ILogger logger, string name, long revision, DateTimeOffset deadline, int connected, int acked);

    [LoggerMessage(1121, LogLevel.Warning, "The trial of '{Name}', policy revision {Tried}, failed, and the policy before is in force again as revision {Revision}: {Reason}", EventName = "PolicyTrialFailed")]
    public static partial void TrialFailed(ILogger logger, string name, long tried, long revision, string reason);

    [LoggerMessage(1122, LogLevel.Information, "The trial of '{Name}', policy revision {Tried}, is over: {Outcome}: {Reason}", EventName = "PolicyTrialEnded")]
    public static partial void TrialEnded(ILogger logger, string name, long tried, SsPolicyTrialState outcome, string reason);

    [LoggerMessage(1123, LogLevel.Error, "'{Name}' was taken back, and policy revision {Revision} is in force, but not everything is as it was: {Missing}", EventName = "PolicyTrialNotRecovered")]
    public static partial void TrialNotRecovered(ILogger logger, string name, long revision, string missing);
}
