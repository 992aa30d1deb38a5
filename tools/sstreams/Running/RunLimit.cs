using System.Globalization;

namespace SecureStreams.Tool.Running;

/// <summary><c>--timeout</c>: stops a run that takes too long, whatever it waits for, and tells what it is at.</summary>
internal sealed class RunLimit : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;
    private SecureStream? _stream;

    /// <param name="timeout">How long; null for no limit.</param>
    /// <param name="outcome">What is stopped.</param>
    /// <param name="report">Where it is told.</param>
    public RunLimit(TimeSpan? timeout, RunOutcome outcome, RunReport report)
    {
        _source = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, TimeProvider.System);
        _registration = _source.Token.Register(() =>
        {
            // Before it is stopped, which ends the stream at once.
            var what = WhatItDoes(Volatile.Read(ref _stream));
            if (outcome.Stop(ExitCode.Failed))
                report.Problem(string.Create(CultureInfo.InvariantCulture, $"not finished within {timeout!.Value.TotalSeconds} s{what}"));
        });
    }

    /// <summary>The stream of the run, once there is one.</summary>
    public void Watch(SecureStream stream) => Volatile.Write(ref _stream, stream);

    /// <summary>The run has come to its end: after this returns nothing is stopped and told any more.</summary>
    public void Disarm() => _registration.Dispose();

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }

    private static string WhatItDoes(SecureStream? stream) =>
        stream?.Explain() is not { } explanation ? ""
        : explanation.Now.StartsWith("waits", StringComparison.Ordinal) ? $"; {explanation.State}: {explanation.Now}"
        : $"; {explanation.State}";
}
