using Microsoft.Extensions.Logging;

namespace SecureStreams.Server;

/// <summary>Log messages of listeners. Ids 4100-4199; ids of removed messages are not used again.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(4100, LogLevel.Information, "{StreamType} listens on {EndPoint}", EventName = "Listening")]
    public static partial void Listening(ILogger logger, string streamType, string endPoint);

    [LoggerMessage(4101, LogLevel.Error, "{StreamType} cannot accept connections now: {Problem}; it tries again every {Pause}, and peers wait", EventName = "AcceptFailed")]
    public static partial void AcceptFailed(ILogger logger, string streamType, string problem, TimeSpan pause);

    [LoggerMessage(4102, LogLevel.Warning, "{StreamType} accepts connections again after {Waited}", EventName = "AcceptResumed")]
    public static partial void AcceptResumed(ILogger logger, string streamType, TimeSpan waited);

    [LoggerMessage(4103, LogLevel.Warning, "{StreamType} closes connections as they come: {Limit} are open, which is its {Attribute}; {Peer} is the first", EventName = "LimitReached")]
    public static partial void LimitReached(ILogger logger, string streamType, int limit, string attribute, string peer);

    [LoggerMessage(4104, LogLevel.Warning, "{StreamType} takes every connection again; {Count} were closed because of {Attribute}", EventName = "LimitLeft")]
    public static partial void LimitLeft(ILogger logger, string streamType, long count, string attribute);

    [LoggerMessage(4105, LogLevel.Warning, "{StreamType}: {Warning}", EventName = "ListenerWarning")]
    public static partial void Warning(ILogger logger, string streamType, string warning);

    [LoggerMessage(4106, LogLevel.Information, "{StreamType} does not listen any more", EventName = "Stopped")]
    public static partial void Stopped(ILogger logger, string streamType);

    [LoggerMessage(4107, LogLevel.Information, "{StreamType} shows certificate {Subject}, valid until {NotAfter}, to new connections", EventName = "CertificateInUse")]
    public static partial void CertificateInUse(ILogger logger, string streamType, string subject, DateTimeOffset notAfter);

    [LoggerMessage(4108, LogLevel.Critical, "{StreamType}: internal failure of the listener", EventName = "ListenerFailed")]
    public static partial void Failed(ILogger logger, Exception error, string streamType);

    [LoggerMessage(4109, LogLevel.Information, "{StreamType} is served on the listener of {Owner}", EventName = "Joined")]
    public static partial void Joined(ILogger logger, string streamType, string owner);

    [LoggerMessage(4110, LogLevel.Warning, "{StreamType} accepts no more streams: {Limit} are there, which is its max_streams; requests get 503, connections are closed", EventName = "StreamLimitReached")]
    public static partial void StreamLimitReached(ILogger logger, string streamType, int limit);

    [LoggerMessage(4111, LogLevel.Warning, "{StreamType} accepts streams again; {Count} were refused because of max_streams", EventName = "StreamLimitLeft")]
    public static partial void StreamLimitLeft(ILogger logger, string streamType, long count);

    [LoggerMessage(4120, LogLevel.Warning, "{StreamType}: the policy was changed, and the listener cannot move to where it says: {Problem}; it goes on where it is", EventName = "NotMoved")]
    public static partial void NotMoved(ILogger logger, string streamType, string problem);

    [LoggerMessage(4121, LogLevel.Information, "{StreamType}: the policy was changed, and the streamtype is no server any more: the listener ends in order", EventName = "StreamTypeGone")]
    public static partial void Ends(ILogger logger, string streamType);
}
