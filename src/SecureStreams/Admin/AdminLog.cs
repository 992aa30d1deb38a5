using Microsoft.Extensions.Logging;

namespace SecureStreams.Admin;

/// <summary>Log messages of admin sockets. Ids 1180-1189; ids of removed messages are not used again.</summary>
internal static partial class AdminLog
{
    [LoggerMessage(1180, LogLevel.Information, "The admin socket is {Path}", EventName = "AdminListens")]
    public static partial void Listens(ILogger logger, string path);

    [LoggerMessage(1181, LogLevel.Warning, "A connection to the admin socket by uid {Uid} is refused: only uid {Own} and root are let in", EventName = "AdminStranger")]
    public static partial void Stranger(ILogger logger, uint uid, uint own);

    [LoggerMessage(1182, LogLevel.Information, "'{Action}' was asked for over the admin socket", EventName = "AdminAsked")]
    public static partial void Asked(ILogger logger, string action);

    [LoggerMessage(1183, LogLevel.Warning, "The admin socket cannot accept just now ({Problem}); it is tried again", EventName = "AdminAcceptFailed")]
    public static partial void AcceptFailed(ILogger logger, string problem);
}
