using Microsoft.Extensions.Logging;

namespace SecureStreams.Tokens;

/// <summary>Log messages of tokens that are fetched. Ids 1360-1379; ids of removed messages are not used again. None says what a token is.</summary>
internal static partial class TokenLog
{
    [LoggerMessage(1360, LogLevel.Information, "The token of scheme {Scheme} was fetched by streamtype {StreamType}, and is good for {Life}", EventName = "TokenFetched")]
    public static partial void Fetched(ILogger logger, string scheme, string streamType, TimeSpan life);

    [LoggerMessage(1361, LogLevel.Warning, "The token of scheme {Scheme} was not fetched by streamtype {StreamType}, and is not tried again for {Hold}: {Message}", EventName = "TokenNotFetched")]
    public static partial void NotFetched(ILogger logger, string scheme, string streamType, TimeSpan hold, string message);

    [LoggerMessage(1362, LogLevel.Information, "A peer refuses the token of scheme {Scheme}, and another is fetched", EventName = "TokenRefused")]
    public static partial void Refused(ILogger logger, string scheme);

    [LoggerMessage(1363, LogLevel.Warning, "Blob {Blob} cannot be read to see whether it has a token", EventName = "TokenNotRead")]
    public static partial void NotRead(ILogger logger, Exception error, string blob);

    [LoggerMessage(1364, LogLevel.Warning, "The store of blobs does not tell of changes; tokens that the program sets are noticed when they are next needed", EventName = "TokenStoreMute")]
    public static partial void StoreMute(ILogger logger, Exception error);
}
