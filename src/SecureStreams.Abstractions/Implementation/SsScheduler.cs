namespace SecureStreams.Implementation;

/// <summary>Where mailboxes run when no I/O loop runs them. A test replaces it to run many streams on one thread in an order of its choosing.</summary>
public abstract class SsScheduler
{
    /// <summary>The thread pool.</summary>
    public static SsScheduler ThreadPool { get; } = new PoolScheduler();

    /// <summary>Runs <paramref name="work"/> soon, never inside this call. Called from any thread; must not throw.</summary>
    /// <param name="work">Executed exactly once.</param>
    public abstract void Schedule(IThreadPoolWorkItem work);

    private sealed class PoolScheduler : SsScheduler
    {
        public override void Schedule(IThreadPoolWorkItem work) =>
            System.Threading.ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
    }
}
