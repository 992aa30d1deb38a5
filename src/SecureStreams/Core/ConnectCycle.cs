using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Polly;
using Polly.Retry;
using SecureStreams.Implementation;

namespace SecureStreams.Core;

/// <summary>
/// One connect cycle, which is one Polly execution: attempts with delays between them until connected, given up, or cancelled. What an attempt does and whether
/// another follows is decided on the stream's mailbox (<see cref="LocalStream"/>); the pipeline waits and repeats.
/// </summary>
/// <remarks>
/// An HTTP stream has a cycle for every transaction, so the object serves again once its execution has ended (<see cref="TryReset"/>), and what Polly awaits is
/// part of it. A cycle that was cancelled never serves again: its canceller may still be inside <see cref="CancelOnMailbox"/>.
/// </remarks>
internal sealed class ConnectCycle : IValueTaskSource<Outcome<AttemptOutcome>>, IMailboxWork, IDisposable
{
    private readonly LocalStream _stream;
    private readonly Mailbox _mailbox;
    private readonly Action _ended;
    private readonly CancellationTokenSource _cancellation = new();
    private ConfiguredValueTaskAwaitable<Outcome<AttemptOutcome>>.ConfiguredValueTaskAwaiter _execution;
    private ResilienceContext? _context;

    // Continuations run inline on purpose: they are on the mailbox then, and only decide whether to wait.
    private ManualResetValueTaskSourceCore<Outcome<AttemptOutcome>> _attempt;
    private bool _attempting;
    private AttemptOutcome? _carried;
    private bool _poll;

    /// <param name="stream">The stream it belongs to.</param>
    /// <param name="mailbox">The stream's mailbox.</param>
    public ConnectCycle(LocalStream stream, Mailbox mailbox)
    {
        _stream = stream;
        _mailbox = mailbox;
        _ended = Ended;
    }

    /// <summary>Whether the cycle waits for its next attempt.</summary>
    public bool IsWaiting => !_attempting;

    /// <summary>The pipeline all cycles of a context share.</summary>
    public static ResiliencePipeline<AttemptOutcome> CreatePipeline(TimeProvider time) =>
        new ResiliencePipelineBuilder<AttemptOutcome> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<AttemptOutcome>
            {
                // How many is the policy's business and was decided when the attempt failed.
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Result.RetryDelay is not null),
                DelayGenerator = static args => ValueTask.FromResult(args.Outcome.Result.RetryDelay),
            })
            .Build();

    /// <summary>Begins the execution. Called on the mailbox; <see cref="LocalStream.CycleEnded"/> follows the cycle's last effect.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="poll">Whether the first attempt is announced by Poll (a transmit request), not by Connecting alone.</param>
    /// <param name="carried">The end of a connection that this cycle mends: it counts as the first outcome, so that the delay comes first.</param>
    public void StartOnMailbox(ResiliencePipeline<AttemptOutcome> pipeline, bool poll, AttemptOutcome? carried)
    {
        _poll = poll;
        _carried = carried;
        _context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, _cancellation.Token);
#pragma warning disable CA2012 // Consumed once all the same, by Ended.
        _execution = pipeline.ExecuteOutcomeAsync(static (_, execution) => execution.Cycle.AttemptAsync(), _context, new Execution(this)).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
        if (_execution.IsCompleted)
            Ended();
        else
            _execution.UnsafeOnCompleted(_ended);
    }

    /// <summary>Ends the attempt under way with <paramref name="outcome"/>; its continuation runs inside this call's mailbox turn.</summary>
    public void EndAttemptOnMailbox(AttemptOutcome outcome)
    {
        if (!_attempting)
            return;
        _attempting = false;
        _attempt.SetResult(Outcome.FromResult(outcome));
    }

    /// <summary>Ends the cycle, whatever it is doing.</summary>
    public void CancelOnMailbox()
    {
        _cancellation.Cancel();
        EndAttemptOnMailbox(default);
    }

    /// <summary>Makes an ended cycle ready to start again; false when it was cancelled.</summary>
    public bool TryReset() => _cancellation.TryReset();

    /// <inheritdoc/>
    public void Dispose() => _cancellation.Dispose();

    void IMailboxWork.RunOnMailbox(long argument) => AttemptOnMailbox();

    Outcome<AttemptOutcome> IValueTaskSource<Outcome<AttemptOutcome>>.GetResult(short token) => _attempt.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<Outcome<AttemptOutcome>>.GetStatus(short token) => _attempt.GetStatus(token);

    void IValueTaskSource<Outcome<AttemptOutcome>>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _attempt.OnCompleted(continuation, state, token, flags);

    private void Ended()
    {
        Exception? defect = null;
        try
        {
            // A cancelled cycle ends with the cancellation as its outcome; whoever cancelled it has told the application already.
            var outcome = _execution.GetResult();
            if (!_cancellation.IsCancellationRequested)
                defect = outcome.Exception;
        }
        catch (Exception error)
        {
            defect = error;
        }

        _execution = default;
        ResilienceContextPool.Shared.Return(_context!);
        _context = null;
        _stream.CycleEnded(this, defect);
    }

    /// <summary>What the pipeline repeats: one attempt. The first begins after the turn that asked for it, a later one where the delay ended.</summary>
    private ValueTask<Outcome<AttemptOutcome>> AttemptAsync()
    {
        if (_carried is { } carried)
        {
            _carried = null;
            _poll = true;
            return new ValueTask<Outcome<AttemptOutcome>>(Outcome.FromResult(carried));
        }

        _attempt.Reset();
        var attempt = new ValueTask<Outcome<AttemptOutcome>>(this, _attempt.Version);
        if (_mailbox.TryEnter())
        {
            try
            {
                AttemptOnMailbox();
            }
            finally
            {
                _mailbox.Exit();
            }
        }
        else
        {
            _mailbox.Post(this);
        }

        return attempt;
    }

    private void AttemptOnMailbox()
    {
        _attempting = true;
        if (_cancellation.IsCancellationRequested)
        {
            EndAttemptOnMailbox(default);
            return;
        }

        var poll = _poll;
        _poll = true;
        _stream.BeginAttemptOnMailbox(this, poll);
    }

    /// <summary>A value type, so that the pipeline's generic code is compiled for it alone and not for any reference.</summary>
    private readonly record struct Execution(ConnectCycle Cycle);
}
