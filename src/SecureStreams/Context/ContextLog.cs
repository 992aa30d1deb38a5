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

    [LoggerMessage(1103, LogLevel.Warning, "'{Name}' is refused, and policy revision {Revision} stays in force: {Message}", EventName = "PolicyUpdateRefused")]
    public static partial void PolicyRefused(ILogger logger, string name, long revision, string message);
}
