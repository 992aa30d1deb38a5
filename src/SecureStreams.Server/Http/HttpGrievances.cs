using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace SecureStreams.Server.Http;

/// <summary>
/// Hears from the web server why it gives a client up of which no stream knows: a head that is too large or too slow, no HTTP at all, a connection of HTTP/2 that breaks the protocol or floods. It says so to its
/// log alone.
/// </summary>
/// <param name="tell">Told the id of the connection, what has happened (an event of the web server), and the error that goes with it; on whatever thread the web server is on.</param>
internal sealed class HttpGrievances(Action<string, string, Exception?> tell) : ILoggerFactory
{
    /// <summary>A request cannot be read.</summary>
    public const string BadRequest = "ConnectionBadRequest";

    /// <summary>A connection of HTTP/2 broke the protocol.</summary>
    public const string ConnectionError = "Http2ConnectionError";

    /// <summary>What is sent is taken too slowly.</summary>
    public const string TooSlow = "ResponseMinimumDataRateNotSatisfied";

    /// <summary>Requests of HTTP/2 are opened and reset faster than they can be given up.</summary>
    public const string TooManyResets = "Http2TooManyEnhanceYourCalms";

    /// <summary>More frames wait to be sent to a client of HTTP/2 than may: resets, or answers to what it floods with.</summary>
    public const string TooMuchToSend = "Http2QueueOperationsExceeded";

    private const string Prefix = "Microsoft.AspNetCore.Server.Kestrel.";

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => categoryName is Prefix + "BadRequests" or Prefix + "Http2" ? new Ear(tell) : NullLogger.Instance;

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Ear(Action<string, string, Exception?> tell) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        // Each frame of HTTP/2 is a line of level Trace.
        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name is not (BadRequest or ConnectionError or TooSlow or TooManyResets or TooMuchToSend) || state is not IReadOnlyList<KeyValuePair<string, object?>> values)
                return;
            foreach (var (name, value) in values)
            {
                if (name == "ConnectionId" && value is string id)
                    tell(id, eventId.Name, exception);
            }
        }
    }
}
