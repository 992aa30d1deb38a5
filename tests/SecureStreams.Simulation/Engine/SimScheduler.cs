using SecureStreams.Implementation;

namespace SecureStreams.Simulation.Engine;

/// <summary>Runs mailboxes on the simulation's thread, those that are ready in a random order.</summary>
internal sealed class SimScheduler(SimClock clock, SimRandom random) : SsScheduler
{
    private readonly List<IThreadPoolWorkItem> _ready = [];
    private int _wakeUps;

    /// <summary>A defect for the invariants to find: one wake-up in two thousand is lost.</summary>
    public bool LosesWakeUps { get; init; }

    public bool IsIdle => _ready.Count == 0;

    public override void Schedule(IThreadPoolWorkItem work)
    {
        clock.AssertThread();
        if (LosesWakeUps && ++_wakeUps % 2000 == 0)
            return;
        _ready.Add(work);
    }

    /// <summary>Runs one that is ready.</summary>
    public void RunOne()
    {
        var last = _ready.Count - 1;
        var chosen = last == 0 ? 0 : random.Below(_ready.Count);
        var work = _ready[chosen];
        _ready[chosen] = _ready[last];
        _ready.RemoveAt(last);
        work.Execute();
    }
}
