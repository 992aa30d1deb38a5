using Microsoft.Extensions.Logging;

namespace SecureStreams.Tool.Serving;

/// <summary>What the runtime has to say to an operator, as lines of the report. Safe from any thread.</summary>
internal sealed class ServeLogger(ServeReport report, LogLevel least) : ILoggerFactory, ILogger
{
    /// <summary>How a listener fares concerns everybody; how the one stream or the other ends, who traces.</summary>
    public ILogger CreateLogger(string categoryName) => report.IsTracing || categoryName == "SecureStreams.Server" ? new ServeLogger(report, LogLevel.Warning) : this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("There is one place that it goes to.");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var text = exception is null ? formatter(state, null) : $"{formatter(state, exception)} ({exception.GetType().Name}: {exception.Message})";
        if (logLevel == LogLevel.Warning)
            report.Warning(text);
        else
            report.Problem(text);
    }

    public void Dispose()
    {
        // It owns nothing.
    }
}
