using SecureStreams.Implementation;

namespace SecureStreams.Benchmarks.Mailboxes;

/// <summary>A thread that posts in bursts of 1000 to a mailbox that is drained on the pool meanwhile; the next burst follows when the last has run.</summary>
internal sealed class CrossBurst(int operations) : IMailboxWork
{
    private const int Size = 1_000;

    private readonly Mailbox _mailbox = MailboxRun.New();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _ran;

    public Task RunAsync()
    {
        // A thread of its own: the pool's threads drain.
        new Thread(Post) { IsBackground = true }.Start();
        return _done.Task;
    }

    public void RunOnMailbox(long argument) => Volatile.Write(ref _ran, _ran + 1);

    private void Post()
    {
        for (var posted = 0; posted < operations;)
        {
            for (var i = 0; i < Size; i++)
                _mailbox.Post(this);
            posted += Size;
            var wait = default(SpinWait);
            while (Volatile.Read(ref _ran) != posted)
                wait.SpinOnce(sleep1Threshold: -1);
        }

        _done.SetResult();
    }
}
