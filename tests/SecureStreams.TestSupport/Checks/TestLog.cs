using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SecureStreams.TestSupport.Checks;

/// <summary>
/// A logger factory that keeps everything and fails the test on what should not have happened: an entry of level error or above, or a task whose exception
/// nobody observed. What a test provokes on purpose it allows first.
/// </summary>
/// <remarks>
/// Unobserved exceptions belong to the process, not to a test: when tests run side by side, all that are open at the time fail. That is meant.
/// Call <see cref="AssertClean"/> at the end; <see cref="Dispose"/> only detaches, so that it never hides the failure that brought it about.
/// </remarks>
public sealed class TestLog : ILoggerFactory, ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();
    private readonly ConcurrentQueue<Exception> _unobserved = new();
    private readonly ConcurrentBag<Func<LogEntry, bool>> _allowed = [];
    private readonly ConcurrentBag<Func<Exception, bool>> _allowedUnobserved = [];
    private readonly Action<string>? _output;

    /// <summary>A log that also writes each line to <paramref name="output"/>, for instance the test's own output.</summary>
    public TestLog(Action<string>? output = null)
    {
        _output = output;
        TaskScheduler.UnobservedTaskException += OnUnobserved;
    }

    /// <summary>Everything logged so far.</summary>
    public IReadOnlyList<LogEntry> Entries => [.. _entries];

    /// <summary>Allows error entries for which <paramref name="isExpected"/> holds.</summary>
    public TestLog Allow(Func<LogEntry, bool> isExpected)
    {
        _allowed.Add(isExpected);
        return this;
    }

    /// <summary>Allows error entries that contain <paramref name="text"/>.</summary>
    public TestLog Allow(string text) => Allow(entry => entry.ToString().Contains(text, StringComparison.Ordinal));

    /// <summary>Allows unobserved exceptions for which <paramref name="isExpected"/> holds.</summary>
    public TestLog AllowUnobserved(Func<Exception, bool> isExpected)
    {
        _allowedUnobserved.Add(isExpected);
        return this;
    }

    /// <summary>Fails on unexpected errors logged, and on exceptions that abandoned tasks hold.</summary>
    public void AssertClean()
    {
        // A task tells of its unobserved exception when it is finalised. Twice, since the first round may only have freed what held it.
        for (var round = 0; round < 2; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        var unexpected = _entries.Where(entry => entry.Level >= LogLevel.Error && !_allowed.Any(isExpected => isExpected(entry))).Select(static entry => entry.ToString())
            .Concat(_unobserved.Where(error => !_allowedUnobserved.Any(isExpected => isExpected(error))).Select(static error => $"unobserved: {error}"))
            .ToList();
        if (unexpected.Count > 0)
            throw new CheckFailedException($"Unexpected errors:\n  {string.Join("\n  ", unexpected)}");
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Sink(this, categoryName);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider)
    {
    }

    /// <inheritdoc/>
    public void Dispose() => TaskScheduler.UnobservedTaskException -= OnUnobserved;

    private void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs e)
    {
        foreach (var error in e.Exception.InnerExceptions)
            _unobserved.Enqueue(error);
    }

    private sealed class Sink(TestLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            var entry = new LogEntry(logLevel, category, eventId, formatter(state, exception), exception);
            log._entries.Enqueue(entry);
            try
            {
                log._output?.Invoke(entry.ToString());
            }
            catch (InvalidOperationException)
            {
                // The test that owned the output is over; a late line from a closing server is kept, not written.
            }
        }
    }
}
