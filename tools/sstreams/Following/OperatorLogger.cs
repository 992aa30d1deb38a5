using Microsoft.Extensions.Logging;

namespace SecureStreams.Tool.Following;

/// <summary>What the runtime has to say to an operator, as lines of a report. Safe from any thread.</summary>
/// <param name="report">The report.</param>
/// <param name="leastOf">What of a category is told at least.</param>
internal sealed class OperatorLogger(IOperatorReport report, Func<string, LogLevel> leastOf) : ILoggerFactory
{
    /// <summary>What follows a policy, beside which a command may tell more: what was fetched and what not, what was refused, what the start went on without.</summary>
    public static LogLevel LeastOfFollowing(string category) => category switch
    {
        "SecureStreams.RemotePolicy" => LogLevel.Information,
        "SecureStreams.Policy" or "SecureStreams.Admin" or "SecureStreams.System" => LogLevel.Warning,
        _ => LogLevel.None,
    };

    public ILogger CreateLogger(string categoryName) => new Lines(report, leastOf(categoryName));

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("There is one place that it goes to.");

    public void Dispose()
    {
        // It owns nothing.
    }

    private sealed class Lines(IOperatorReport report, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            var text = exception is null ? formatter(state, null) : $"{formatter(state, exception)} ({exception.GetType().Name}: {exception.Message})";

            // Findings come as lines of their own, and a report has one for each event.
            text = text.ReplaceLineEndings("; ").Replace(":; ", ": ", StringComparison.Ordinal);
            if (logLevel < LogLevel.Warning)
                report.Note(text);
            else if (logLevel == LogLevel.Warning)
                report.Warning(text);
            else
                report.Problem(text);
        }
    }
}
