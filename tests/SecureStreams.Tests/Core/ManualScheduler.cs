using SecureStreams.Implementation;

namespace SecureStreams.Tests.Core;

/// <summary>Runs mailboxes only when told to, on the caller's thread: a whole context then runs on one thread in one order.</summary>
internal sealed class ManualScheduler : SsScheduler
{
    private readonly Queue<IThreadPoolWorkItem> _work = new();

    public override void Schedule(IThreadPoolWorkItem work) => _work.Enqueue(work);

    /// <summary>Runs until nothing is scheduled; fails when that never comes.</summary>
    public void RunUntilIdle()
    {
        for (var turns = 0; _work.TryDequeue(out var work); turns++)
        {
            if (turns == 100_000)
                throw new InvalidOperationException("The mailboxes never come to rest.");
            work.Execute();
        }
    }
}
