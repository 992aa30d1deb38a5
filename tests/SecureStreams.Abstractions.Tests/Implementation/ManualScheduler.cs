using SecureStreams.Implementation;

namespace SecureStreams.Abstractions.Tests.Implementation;

/// <summary>Keeps what is scheduled until the test runs it, on the test's thread.</summary>
internal sealed class ManualScheduler : SsScheduler
{
    private readonly Queue<IThreadPoolWorkItem> _scheduled = new();

    public int Count => _scheduled.Count;

    public override void Schedule(IThreadPoolWorkItem work) => _scheduled.Enqueue(work);

    public void RunOne() => _scheduled.Dequeue().Execute();

    public void RunAll()
    {
        while (_scheduled.Count > 0)
            RunOne();
    }
}
