using SecureStreams.Implementation;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Abstractions.Tests.Implementation;

public class MailboxStressTests
{
    private const int Posters = 6;
    private const int PerPoster = 20_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Posts_never_overlap_keep_their_order_and_all_run()
    {
        var faults = new List<Exception>();
        var mailbox = new Mailbox(SsScheduler.ThreadPool, faults.Add);
        var inside = 0;
        var overlaps = 0;
        var disorder = 0;
        var last = new long[Posters];
        var left = (long)Posters * PerPoster;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var work = Enumerable.Range(0, Posters).Select(poster => new Work(argument =>
        {
            if (Interlocked.Exchange(ref inside, 1) != 0)
                Interlocked.Increment(ref overlaps);
            if (!mailbox.IsCurrent || argument != last[poster] + 1)
                Interlocked.Increment(ref disorder);
            last[poster] = argument;
            Volatile.Write(ref inside, 0);
            if (Interlocked.Decrement(ref left) == 0)
                done.SetResult();
        })).ToArray();

        await OnThreadsAsync(Posters, poster =>
        {
            for (var i = 1; i <= PerPoster; i++)
            {
                mailbox.Post(work[poster], i);

                // Now and then from inside, as an I/O loop does it.
                if (i % 16 == 0 && mailbox.TryEnter())
                {
                    if (Interlocked.Exchange(ref inside, 1) != 0)
                        Interlocked.Increment(ref overlaps);
                    Volatile.Write(ref inside, 0);
                    mailbox.Exit();
                }
            }
        });
        await done.Task.OrFail(() => $"{Volatile.Read(ref left)} posts were never run: a wake-up was lost.");

        Assert.Equal(0, overlaps);
        Assert.Equal(0, disorder);
        Assert.Empty(faults);
        Assert.All(last, static count => Assert.Equal(PerPoster, count));
    }

    [Fact]
    public async Task No_wake_up_is_lost_when_a_post_meets_a_leaving_turn()
    {
        // One thread enters and leaves, the other posts once a round and waits for it: the post lands at every point of the leaving.
        var mailbox = new Mailbox(SsScheduler.ThreadPool, static _ => { });
        using var ran = new SemaphoreSlim(0);
        var work = new Work(_ => ran.Release());
        using var stop = new CancellationTokenSource();
        var entering = OnThreadsAsync(1, _ =>
        {
            while (!stop.IsCancellationRequested)
            {
                if (mailbox.TryEnter())
                    mailbox.Exit();
            }
        });

        var lost = -1;
        for (var round = 0; round < 50_000 && lost < 0; round++)
        {
            mailbox.Post(work);
            if (!await ran.WaitAsync(TestTimeouts.Unexpected, Cancellation))
                lost = round;
        }

        await stop.CancelAsync();
        await entering;
        Assert.Equal(-1, lost);
    }

    [Fact]
    public async Task Loops_that_enter_and_posts_never_overlap()
    {
        const int Loops = 4;
        const int Rounds = 20_000;
        var mailbox = new Mailbox(SsScheduler.ThreadPool, static _ => { });
        var inside = 0;
        var overlaps = 0;
        var turns = 0;
        var outside = 0;
        var loops = Enumerable.Range(0, Loops).Select(_ => Task.Run(
            async () =>
            {
                var entry = new MailboxEntry(mailbox);
                for (var round = 0; round < Rounds; round++)
                {
                    using (await entry)
                    {
                        if (Interlocked.Exchange(ref inside, 1) != 0)
                            Interlocked.Increment(ref overlaps);
                        if (!mailbox.IsCurrent)
                            Interlocked.Increment(ref outside);
                        turns++;
                        Volatile.Write(ref inside, 0);
                    }

                    if (round % 32 == 0)
                        await Task.Yield();
                }
            },
            Cancellation)).ToArray();
        await Task.WhenAll(loops).OrFail(() => $"{Volatile.Read(ref turns)} of {Loops * Rounds} turns ran: a loop was lost.");

        Assert.Equal(0, overlaps);
        Assert.Equal(0, outside);
        Assert.Equal(Loops * Rounds, turns);
    }

    // Threads of their own: the pool must stay free for the mailbox, and they must really run side by side.
    private static Task OnThreadsAsync(int count, Action<int> action) => Task.WhenAll(Enumerable.Range(0, count).Select(index =>
        Task.Factory.StartNew(() => action(index), Cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
}
