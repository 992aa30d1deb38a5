using Microsoft.Extensions.Logging;

namespace SecureStreams.Connectivity;

/// <summary>Log messages of the detection of captive portals. Ids 1320-1339; ids of removed messages are not used again.</summary>
internal static partial class CaptivePortalLog
{
    [LoggerMessage(1320, LogLevel.Information, "The network leads to {Internet} (was {Before}): {Trigger}, {Took} {Cause}", EventName = "InternetChanged")]
    public static partial void Changed(ILogger logger, SsInternet internet, SsInternet before, SsInternetTrigger trigger, TimeSpan took, SsCause cause);

    [LoggerMessage(1321, LogLevel.Debug, "The network still leads to {Internet}: {Trigger}, {Took} {Cause}", EventName = "InternetUnchanged")]
    public static partial void Unchanged(ILogger logger, SsInternet internet, SsInternetTrigger trigger, TimeSpan took, SsCause cause);

    [LoggerMessage(1322, LogLevel.Information, "Where the network leads is not looked for: {Problem}", EventName = "InternetNotLookedFor")]
    public static partial void NotLookedFor(ILogger logger, string problem);

    [LoggerMessage(1323, LogLevel.Warning, "Streamtype {StreamType} states no http_expect, so that the page of a portal passes for the answer of the server: state \"http_expect\": 204 and ask a server that answers 204", EventName = "InternetExpectsAnything")]
    public static partial void ExpectsAnything(ILogger logger, string streamType);
}
