using SecureStreams.Implementation;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Abstractions.Tests.Implementation;

public class MailboxStressTests
{
    private const int Posters = 6;
    private const int PerPoster = 20_000;
    private const int DuelRounds = 100_000;

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
    public void No_wake_up_is_lost_when_a_post_meets_a_leaving_turn()
    {
        // Each post follows at once on the work of the one before, when the turn that ran it is just leaving. Nobody else comes by who would heal a loss.
        const int Rounds = 1_000_000;
        using var scheduler = new SpinScheduler();
        var mailbox = new Mailbox(scheduler, static _ => { });
        var ran = 0L;
        var work = new Work(argument => Volatile.Write(ref ran, argument));
        for (long round = 1; round <= Rounds; round++)
        {
            mailbox.Post(work, round);
            for (var spins = 1; Volatile.Read(ref ran) != round; spins++)
            {
                if (spins % 4096 != 0)
                    continue;

                // Posted, not run, and nobody about to run it. In this order: it may have run in between.
                if (scheduler.IsIdle && Volatile.Read(ref ran) != round)
                    Assert.Fail($"The post of round {round} was lost.");
                Thread.Yield();
            }

            // A little later each time, to meet every point of the leaving.
            for (var shift = 0; shift < round % 64; shift++)
                _ = Volatile.Read(ref shift);
        }
    }

    [Fact]
    public async Task Two_that_enter_at_the_same_moment_are_never_both_inside()
    {
        var scheduler = new ManualScheduler();

        // A fresh one in each round: nobody leaves before the round is judged, since the other would then rightly get in.
        Mailbox mailbox = null!;
        var here = false;
        var there = false;
        await Duel.RunAsync(
            DuelRounds,
            here: () => here = mailbox.TryEnter(),
            there: () => there = mailbox.TryEnter(),
            before: _ => mailbox = new Mailbox(scheduler, static _ => { }),
            after: _ => Assert.True(here ^ there, $"{(here ? "both are" : "nobody is")} inside"));
    }

    [Fact]
    public async Task A_post_and_an_entry_at_the_same_moment_give_the_mailbox_to_one()
    {
        var scheduler = new ManualScheduler();
        var mailbox = new Mailbox(scheduler, static _ => { });
        var ran = 0;
        var entered = false;
        var work = new Work(_ => ran++);
        await Duel.RunAsync(
            DuelRounds,
            here: () => entered = mailbox.TryEnter(),
            there: () => mailbox.Post(work),
            before: static _ => { },
            after: round =>
            {
                Assert.Equal(entered ? 0 : 1, scheduler.Count);
                if (entered)
                    mailbox.Exit();
                scheduler.RunAll();
                Assert.Equal(round, ran);
            });
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
