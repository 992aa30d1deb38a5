using SecureStreams.Implementation;

namespace SecureStreams.Abstractions.Tests.Implementation;

/// <summary>Runs what is scheduled on one thread that spins for it, so that a turn begins and ends within nanoseconds of what others do. Holds one item.</summary>
internal sealed class SpinScheduler : SsScheduler, IDisposable
{
    private readonly Thread _thread;
    private IThreadPoolWorkItem? _slot;
    private bool _working;
    private bool _stop;

    public SpinScheduler()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = nameof(SpinScheduler) };
        _thread.Start();
    }

    /// <summary>Whether nothing is scheduled and nothing runs. Sure when only the caller schedules.</summary>
    public bool IsIdle => Volatile.Read(ref _slot) is null && !Volatile.Read(ref _working);

    public override void Schedule(IThreadPoolWorkItem work)
    {
        if (Interlocked.CompareExchange(ref _slot, work, null) is not null)
            throw new InvalidOperationException("The mailbox was scheduled while it was scheduled.");
    }

    public void Dispose()
    {
        Volatile.Write(ref _stop, true);
        _thread.Join();
    }

    private void Run()
    {
        for (var spins = 1; !Volatile.Read(ref _stop); spins++)
        {
            if (Volatile.Read(ref _slot) is null)
            {
                if (spins % 4096 == 0)
                    Thread.Yield();
                continue;
            }

            // Told before the slot is emptied: who sees it empty then sees the work.
            Interlocked.Exchange(ref _working, true);
            Interlocked.Exchange(ref _slot, null)!.Execute();
            Volatile.Write(ref _working, false);
        }
    }
}
