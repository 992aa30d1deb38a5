using System.Diagnostics;

namespace SecureStreams.Implementation;

/// <summary>
/// Serialises everything that touches one stream (or shared connection, listener, context) without a lock and without a thread of its own.
/// </summary>
/// <remarks>
/// An I/O loop that has something to deliver takes the mailbox (<see cref="MailboxEntry"/>), calls the handler inline and leaves: a message costs no thread hop.
/// Only when somebody else is inside is the work posted and run by whoever is inside. Posting to an idle mailbox schedules it, so a caller's thread never runs
/// callbacks. Nothing is parked while the mailbox is idle, and it holds nothing but its fields then (<see cref="MailboxQueue"/>).
/// </remarks>
public sealed class Mailbox : IThreadPoolWorkItem
{
    /// <summary>How many posts one turn runs before it yields its thread, since turns run user code.</summary>
    public const int BatchSize = 64;

    private readonly SsScheduler _scheduler;
    private readonly Action<Exception> _onFault;
    private MailboxQueue _queue;
    private int _busy;
    private int _ownerThread;

    /// <summary>Makes an idle mailbox.</summary>
    /// <param name="scheduler">Runs it when it is posted to while idle.</param>
    /// <param name="onFault">Told of an exception that escaped a work item: a defect in the implementation, since user code is guarded before.</param>
    public Mailbox(SsScheduler scheduler, Action<Exception> onFault)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentNullException.ThrowIfNull(onFault);
        _scheduler = scheduler;
        _onFault = onFault;
    }

    /// <summary>Whether the calling thread is inside this mailbox now.</summary>
    public bool IsCurrent => Volatile.Read(ref _ownerThread) == Environment.CurrentManagedThreadId;

    /// <summary>Debug builds fail when the calling thread is not inside this mailbox.</summary>
    [Conditional("DEBUG")]
    public void AssertCurrent() => Debug.Assert(IsCurrent, "This runs on the mailbox only.");

    /// <summary>Queues <paramref name="work"/>; it runs on the mailbox, after what was queued before, never inside this call. From any thread.</summary>
    /// <param name="work">What to run.</param>
    /// <param name="argument">Given to <see cref="IMailboxWork.RunOnMailbox"/>.</param>
    public void Post(IMailboxWork work, long argument = 0)
    {
        ArgumentNullException.ThrowIfNull(work);
        _queue.Add(work, argument);
        if (Interlocked.CompareExchange(ref _busy, 1, 0) == 0)
            _scheduler.Schedule(this);
    }

    /// <summary>Takes the mailbox if nobody is inside; every success must be followed by <see cref="Exit"/> on the same thread.</summary>
    public bool TryEnter()
    {
        if (Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
            return false;
        Volatile.Write(ref _ownerThread, Environment.CurrentManagedThreadId);
        return true;
    }

    /// <summary>Runs what was posted meanwhile and leaves.</summary>
    public void Exit()
    {
        AssertCurrent();
        Drain();
    }

    /// <summary>Leaves; what was posted meanwhile runs in a turn of its own, not on this thread.</summary>
    public void ExitToScheduler()
    {
        AssertCurrent();
        Volatile.Write(ref _ownerThread, 0);
        if (!_queue.IsEmpty)
        {
            _scheduler.Schedule(this);
            return;
        }

        Interlocked.Exchange(ref _busy, 0);
        if (!_queue.NothingPosted && Interlocked.CompareExchange(ref _busy, 1, 0) == 0)
            _scheduler.Schedule(this);
    }

    void IThreadPoolWorkItem.Execute()
    {
        Volatile.Write(ref _ownerThread, Environment.CurrentManagedThreadId);
        Drain();
    }

    private void Drain()
    {
        var budget = BatchSize;
        while (true)
        {
            while (budget > 0 && _queue.TryTake(out var work, out var argument))
            {
                budget--;
                try
                {
                    work.RunOnMailbox(argument);
                }
                catch (Exception error)
                {
                    _onFault(error);
                }
            }

            Volatile.Write(ref _ownerThread, 0);
            if (budget == 0 && !_queue.IsEmpty)
            {
                // Still busy, so nobody else gets in; the rest runs in a turn of its own.
                _scheduler.Schedule(this);
                return;
            }

            // Full fence: a post that saw the mailbox busy must be seen by the check below.
            Interlocked.Exchange(ref _busy, 0);
            if (_queue.NothingPosted || !TryEnter())
                return;
        }
    }
}
