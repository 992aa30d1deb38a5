using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Polly;
using Polly.Retry;
using SecureStreams.Implementation;

namespace SecureStreams.Core;

/// <summary>
/// One connect cycle, of which everything from the first failure on is one Polly execution: attempts with delays between them until connected, given up, or cancelled.
/// What an attempt does and whether another follows is decided on the stream's mailbox (<see cref="LocalStream"/>); the pipeline waits and repeats.
/// </summary>
/// <remarks>
/// The pipeline has nothing to do for an attempt that is not followed by another, so the first one runs without it, and its failure is the first outcome that the
/// pipeline handles: transactions that succeed, which is nearly all of them, cost no execution. An HTTP stream has a cycle for every transaction, so the object serves again once its execution has ended (<see cref="MayServeAgain"/>), and what Polly awaits is
/// part of it. A cycle that was cancelled never serves again: its canceller may still be inside <see cref="CancelOnMailbox"/>. The delay is part of what the pipeline
/// repeats, and not its own, whose cancellation would end on a thread of the pool: so everything of a cycle happens on the mailbox.
/// </remarks>
internal sealed class ConnectCycle : IValueTaskSource<Outcome<AttemptOutcome>>, IMailboxWork
{
    private readonly LocalStream _stream;
    private readonly Mailbox _mailbox;
    private readonly TimeProvider _time;
    private ConfiguredValueTaskAwaitable<Outcome<AttemptOutcome>>.ConfiguredValueTaskAwaiter _execution;
    private ResilienceContext? _context;

    // Continuations run inline on purpose: they are on the mailbox then, and only decide whether to wait.
    private ManualResetValueTaskSourceCore<Outcome<AttemptOutcome>> _attempt;
    private bool _attempting;
    private bool _waiting;
    private bool _executes;
    private bool _cancelled;
    private ITimer? _timer;
    private TimeSpan _delay;
    private AttemptOutcome? _carried;
    private bool _poll;

    /// <param name="stream">The stream it belongs to.</param>
    /// <param name="mailbox">The stream's mailbox.</param>
    /// <param name="time">The clock of the delays.</param>
    public ConnectCycle(LocalStream stream, Mailbox mailbox, TimeProvider time)
    {
        _time = time;
        _stream = stream;
        _mailbox = mailbox;
    }

    /// <summary>Whether the cycle waits for its next attempt.</summary>
    public bool IsWaiting => !_attempting;

    /// <summary>Whether an ended cycle may start again: not when it was cancelled.</summary>
    public bool MayServeAgain => !_cancelled;

    /// <summary>The pipeline all cycles share.</summary>
    public static ResiliencePipeline<AttemptOutcome> Pipeline { get; } =
        new ResiliencePipelineBuilder<AttemptOutcome>()
            .AddRetry(new RetryStrategyOptions<AttemptOutcome>
            {
                // How many is the policy's business and was decided when the attempt failed.
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Result.RetryDelay is not null),
                Delay = TimeSpan.Zero,
            })
            .Build();

    /// <summary>Begins the execution. Called on the mailbox; <see cref="LocalStream.CycleEnded"/> follows the cycle's last effect.</summary>
    /// <param name="poll">Whether the first attempt is announced by Poll (a transmit request), not by Connecting alone.</param>
    /// <param name="carried">The end of a connection that this cycle mends: it counts as the first outcome, so that the delay comes first.</param>
    public void StartOnMailbox(bool poll, AttemptOutcome? carried)
    {
        _poll = poll;
        if (carried is { } failure)
        {
            ExecuteOnMailbox(failure);
            return;
        }

        // After the turn that asked for it.
        _delay = TimeSpan.Zero;
        _waiting = true;
        _mailbox.Post(this);
    }

    /// <summary>Enters the pipeline with <paramref name="first"/> as the outcome that asks for another attempt.</summary>
    private void ExecuteOnMailbox(AttemptOutcome first)
    {
        _executes = true;
        _carried = first;
        _context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false);
#pragma warning disable CA2012 // Consumed once all the same, by Ended.
        _execution = Pipeline.ExecuteOutcomeAsync(static (_, execution) => execution.Cycle.AttemptAsync(), _context, new Execution(this)).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
        if (_execution.IsCompleted)
            Ended();
        else
            _execution.UnsafeOnCompleted(Ended);
    }

    /// <summary>Ends the attempt under way with <paramref name="outcome"/>; its continuation runs inside this call's mailbox turn.</summary>
    public void EndAttemptOnMailbox(AttemptOutcome outcome)
    {
        if (!_attempting)
            return;
        _attempting = false;
        if (_executes)
        {
            _delay = outcome.RetryDelay ?? TimeSpan.Zero;
            _attempt.SetResult(Outcome.FromResult(outcome));
        }
        else if (outcome.RetryDelay is not null)
        {
            ExecuteOnMailbox(outcome);
        }
        else
        {
            _stream.CycleEnded(this, null);
        }
    }

    /// <summary>Ends the delay before the next attempt, which begins. A timer that has fired already finds it begun.</summary>
    /// <returns>False when there is no delay to end.</returns>
    public bool HurryOnMailbox()
    {
        if (!_waiting || _timer is null)
            return false;
        AttemptOnMailbox();
        return true;
    }

    /// <summary>Ends the cycle, whatever it is doing.</summary>
    public void CancelOnMailbox()
    {
        _cancelled = true;
        StopTimer();
        _attempting |= _waiting;
        _waiting = false;
        EndAttemptOnMailbox(default);
    }

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
            defect = _execution.GetResult().Exception;
        }
        catch (Exception error)
        {
            defect = error;
        }

        _execution = default;
        _executes = false;
        ResilienceContextPool.Shared.Return(_context!);
        _context = null;
        _stream.CycleEnded(this, defect);
    }

    /// <summary>
    /// What the pipeline repeats: the delay that the outcome before asked for, and one attempt, which begins where the delay ended. First of all it takes the outcome
    /// that made the pipeline necessary.
    /// </summary>
    private ValueTask<Outcome<AttemptOutcome>> AttemptAsync()
    {
        if (_carried is { } carried)
        {
            _carried = null;
            _poll = true;
            _delay = carried.RetryDelay ?? TimeSpan.Zero;
            return new ValueTask<Outcome<AttemptOutcome>>(Outcome.FromResult(carried));
        }

        _attempt.Reset();
        _waiting = true;
        var attempt = new ValueTask<Outcome<AttemptOutcome>>(this, _attempt.Version);
        if (_delay > TimeSpan.Zero)
            _timer = _time.CreateDetachedTimer(static state => ((ConnectCycle)state!).GoOn(), this, _delay);
        else
            GoOn();
        return attempt;
    }

    private void GoOn()
    {
        if (!_mailbox.TryEnter())
        {
            _mailbox.Post(this);
            return;
        }

        try
        {
            AttemptOnMailbox();
        }
        catch (Exception error)
        {
            // Nobody is above this but the timer, where it would end the process.
            _stream.CycleBroke(error);
        }
        finally
        {
            _mailbox.Exit();
        }
    }

    private void AttemptOnMailbox()
    {
        // Cancelled while it was on its way here.
        if (!_waiting)
            return;
        StopTimer();
        _waiting = false;
        _attempting = true;
        var poll = _poll;
        _poll = true;
        _stream.BeginAttemptOnMailbox(this, poll);
    }

    private void StopTimer()
    {
        _timer?.Dispose();
        _timer = null;
    }

    /// <summary>A value type, so that the pipeline's generic code is compiled for it alone and not for any reference.</summary>
    private readonly record struct Execution(ConnectCycle Cycle);
}
