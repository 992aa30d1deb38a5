using Microsoft.Extensions.Logging;

namespace SecureStreams.Core;

/// <summary>
/// The program's logger as streams use it: on their mailboxes, where an exception would end a stream or, on the last line of defence, the process. A log that
/// cannot be written is lost, and nothing else.
/// </summary>
internal sealed class GuardedLogger(ILogger inner) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return inner.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            return false;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            // Nowhere to tell it: what is told is in the diagnostics of the context as well.
        }
    }
}
