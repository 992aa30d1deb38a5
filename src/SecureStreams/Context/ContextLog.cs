using Microsoft.Extensions.Logging;

namespace SecureStreams;

/// <summary>Log messages of contexts. Ids 1100-1199; ids of removed messages are not used again.</summary>
internal static partial class ContextLog
{
    [LoggerMessage(1100, LogLevel.Warning, "{Diagnostic}", EventName = "PolicyWarning")]
    public static partial void PolicyWarning(ILogger logger, string diagnostic);
}
