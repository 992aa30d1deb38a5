using SecureStreams.Implementation;

namespace SecureStreams.Tests.Core.RandomLife;

/// <summary>Runs mailboxes only when told to, on the caller's thread, and picks at random which goes next.</summary>
internal sealed class SeededScheduler(Random random) : SsScheduler
{
    private readonly List<IThreadPoolWorkItem> _work = [];

    public override void Schedule(IThreadPoolWorkItem work) => _work.Add(work);

    /// <summary>Runs one mailbox; false when none is scheduled.</summary>
    public bool RunOne()
    {
        if (_work.Count == 0)
            return false;
        var index = random.Next(_work.Count);
        var work = _work[index];
        _work.RemoveAt(index);
        work.Execute();
        return true;
    }

    /// <summary>Runs until nothing is scheduled; fails when that never comes.</summary>
    public void RunUntilIdle()
    {
        for (var turns = 0; RunOne(); turns++)
        {
            if (turns == 20_000)
                throw new InvalidOperationException("The mailboxes never come to rest.");
        }
    }
}
