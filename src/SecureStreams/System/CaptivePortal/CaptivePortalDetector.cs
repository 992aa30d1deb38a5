using Microsoft.Extensions.Logging;
using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.States;
using SecureStreams.Telemetry;
using SecureStreams.Transports;
using SecureStreams.Transports.Http;

namespace SecureStreams.Connectivity;

/// <summary>
/// Looks where the network leads, one look at a time: by call, and by itself where the options say so (<c>CaptivePortalDetector.Automatic.cs</c>). A look is one stream of the streamtype and one timer, and whichever comes first
/// ends it, so that no peer can hold it up.
/// </summary>
/// <param name="find">The streamtype in force, as it is asked with; null when the policy has none.</param>
/// <param name="open">Makes the stream of a look, and connects it.</param>
/// <param name="runtime">Clock, diagnostics, instruments.</param>
/// <param name="logger">Where results go.</param>
/// <param name="options">When, and for how long.</param>
internal sealed partial class CaptivePortalDetector(
    Func<StreamTypePolicy?> find,
    Func<InternetProbe, LocalStream> open,
    StreamRuntime runtime,
    ILogger logger,
    SsCaptivePortalOptions options) : SsCaptivePortal
{
    private readonly Lock _lock = new();
    private readonly Announcements<SsInternetReport> _reports = new(SsInternetReport.None);
    private TaskCompletionSource<SsInternetReport>? _look;
    private SsInternetTrigger _trigger;
    private InternetProbe? _probe;
    private ITimer? _bound;
    private bool _disposed;
    private bool _toldOfExpect;

    /// <inheritdoc/>
    public override SsInternetReport Last => _reports.Current;

    /// <inheritdoc/>
    public override Task<SsInternetReport> DetectAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Look(SsInternetTrigger.Call).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<SsInternetReport> WatchAsync(CancellationToken cancellationToken = default) => _reports.WatchAsync(cancellationToken);

    /// <summary>Why a streamtype cannot be asked with; null when it can.</summary>
    public static string? WhyNot(StreamTypePolicy? policy) =>
        policy is null ? $"The policy has no streamtype '{StreamType}'; add one, or an overlay that has it, as in policies/captive-portal.json."
        : policy.Server || policy.LocalSink ? $"Streamtype '{StreamType}' is a server or a local sink: it has to make requests."
        : !PolicyReaction.IsTransactional(policy) ? $"Streamtype '{StreamType}' has protocol {ProtocolNames.NameOf(policy.Protocol)}: only an answer of h1, h2 or h3 tells who it comes from."
        : null;

    /// <summary>Begins a look, or takes part in the one under way.</summary>
    /// <exception cref="SsPolicyException">It cannot be looked.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    private Task<SsInternetReport> Look(SsInternetTrigger trigger)
    {
        TaskCompletionSource<SsInternetReport> look;
        InternetProbe probe;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(SsContext));
            if (_look is { } known)
                return known.Task;
            var policy = find();
            if (WhyNot(policy) is { } problem)
                throw new SsPolicyException(problem);
            TellOfExpectLocked(policy!);
            StopRecheckLocked();
            _look = look = new TaskCompletionSource<SsInternetReport>(TaskCreationOptions.RunContinuationsAsynchronously);

            // Nobody may be waiting for it any more when the context is disposed.
            _ = look.Task.ContinueWith(static done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            _trigger = trigger;
            var bound = policy!.Timeout is { Ticks: > 0 } stated ? stated : options.Timeout;
            _probe = probe = new InternetProbe(policy, Concluded) { Since = runtime.Platform.Time.GetTimestamp() };
            _bound = runtime.Platform.Time.CreateDetachedTimer(static state => ((Action)state!)(), () => OutOfTime(probe, bound), bound);
        }

        try
        {
            probe.Stream = open(probe);

            // The bound may have run out before there was a stream to end.
            if (probe.IsConcluded)
                _ = probe.Stream.DestroyAsync();
        }
        catch (Exception error)
        {
            // The context is being disposed, or its resources ran out: a look that cannot begin found nothing, and the next may.
            if (probe.TryConclude())
                Finish(probe, SsInternet.Unknown, SsCause.None, error is ObjectDisposedException ? error : null);
        }

        return look.Task;
    }

    private void Concluded(InternetProbe probe, SsInternet internet, SsCause cause)
    {
        // Before the answer was over: nothing has been reported of it yet.
        if (cause.IsNone && internet != SsInternet.Internet && probe.Status is var status and not 0)
            cause = Report(probe, new TransportFailure(SsPhase.Peer, SsCauseCode.PeerRefused, $"The peer answers with status {status} and more than {InternetProbe.MaxPageBytes} bytes; the rest was not read.") { Status = status, Attribute = "http_expect" });
        Finish(probe, internet, cause, null);
    }

    /// <summary>The bound ran out. What is known by then counts: a head whose body drips, a failure that was being retried.</summary>
    private void OutOfTime(InternetProbe probe, TimeSpan bound)
    {
        if (!probe.TryConclude())
            return;
        var status = probe.Status is var known and not 0 ? known : probe.Stream?.AnswerStatus ?? 0;
        var (internet, cause) = probe.Fallback;
        if (status != 0 && HttpNames.IsSuccess(status, probe.Policy.Http!.Expect))
        {
            (internet, cause) = (SsInternet.Internet, SsCause.None);
        }
        else if (status != 0)
        {
            internet = InternetEvidence.OfStatus(status);
            cause = Report(probe, new TransportFailure(SsPhase.Peer, SsCauseCode.PeerRefused, $"The peer answers with status {status}, and its answer did not end within {bound.TotalSeconds:0.###} s.") { Status = status, Attribute = "timeout_ms" });
        }
        else if (cause.IsNone)
        {
            internet = SsInternet.NoInternet;
            cause = Report(probe, probe.Stream?.HasWire == true
                ? new TransportFailure(SsPhase.Timeout, SsCauseCode.ResponseTimeout, $"The peer took the request and did not answer within {bound.TotalSeconds:0.###} s.") { Attribute = "timeout_ms" }
                : new TransportFailure(SsPhase.Timeout, SsCauseCode.ConnectTimeout, $"There was no connection within {bound.TotalSeconds:0.###} s.") { Attribute = "timeout_ms" });
        }

        Finish(probe, internet, cause, null);
        _ = probe.Stream?.DestroyAsync();
    }

    private SsCause Report(InternetProbe probe, TransportFailure failure) => FailureReporter.Report(
        runtime, StreamType, probe.Stream?.Id ?? 0, probe.Policy, SsState.Timeout, failure, new SsCause(failure.Phase, failure.Code) { Status = failure.Status, NextAction = SsNextAction.Destroy }).Cause;

    /// <summary>Publishes what a look found. Whoever won the right to conclude calls it, once.</summary>
    private void Finish(InternetProbe probe, SsInternet internet, SsCause cause, Exception? error)
    {
        TaskCompletionSource<SsInternetReport> look;
        SsInternetReport report;
        bool disposed;
        lock (_lock)
        {
            if (_probe != probe || _look is null)
                return;
            look = _look;
            _look = null;
            _probe = null;
            _bound?.Dispose();
            _bound = null;
            disposed = _disposed;
            report = new SsInternetReport
            {
                Internet = internet,
                Cause = cause,
                Trigger = _trigger,
                Time = runtime.Platform.Time.GetUtcNow(),
                Took = runtime.Platform.Time.GetElapsedTime(probe.Since),
            };
            if (!disposed && error is null)
            {
                _looked = runtime.Platform.Time.GetTimestamp();
                ArmRecheckLocked(internet);
            }
        }

        if (disposed || error is not null)
        {
            look.TrySetException(new ObjectDisposedException(nameof(SsContext), "The context was disposed while it was looked where the network leads."));
            return;
        }

        Publish(report);
        look.TrySetResult(report);
        AfterLook();
    }

    private void Publish(SsInternetReport report)
    {
        var before = Last.Internet;
        if (!_reports.Tell(report))
            return;
        runtime.Telemetry.Instruments.InternetFound(report.Internet, report.Trigger);
        if (before == report.Internet)
            CaptivePortalLog.Unchanged(logger, report.Internet, report.Trigger, report.Took, report.Cause);
        else
            CaptivePortalLog.Changed(logger, report.Internet, before, report.Trigger, report.Took, report.Cause);
    }

    private void TellOfExpectLocked(StreamTypePolicy policy)
    {
        if (_toldOfExpect || policy.Http!.Expect is not null)
            return;
        _toldOfExpect = true;
        CaptivePortalLog.ExpectsAnything(logger, policy.Name);
    }
}
