using SecureStreams.Implementation;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Abstractions.Tests.Implementation;

/// <summary>What mailboxes allocate and hold: bytes repeat exactly, so they are asserted exactly.</summary>
[Collection(AloneCollection.Name)]
public class MailboxCostTests(ITestOutputHelper output)
{
    private const int Burst = 1_000;

    private readonly ManualScheduler _scheduler = new();
    private readonly Work _nothing = new(static _ => { });

    [Fact]
    public void An_idle_mailbox_is_one_small_object()
    {
        const int Count = 1_000;
        const int Allowed = 136;
        Action<Exception> fault = static error => throw error;
        var mailboxes = new Mailbox[Count];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Count; i++)
            mailboxes[i] = new Mailbox(_scheduler, fault);
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Count;
        output.WriteLine($"an idle mailbox: {each} B (allowed {Allowed})");
        Assert.InRange(each, 1, Allowed);

        // The first post to each of them, and its turn.
        RunOne(mailboxes[0]);
        var next = 0;
        Assert.Equal(0, Allocated.Least(() => RunSome(250), windows: 4));
        Assert.Equal(Count, next);

        // Every window has mailboxes that have not had a post yet.
        void RunSome(int number)
        {
            for (; number > 0; number--)
                RunOne(mailboxes[next++]);
        }
    }

    [Fact]
    public void Posting_to_an_idle_mailbox_allocates_nothing()
    {
        var mailbox = New();
        Run(100);
        Assert.Equal(0, Allocated.Least(() => Run(10_000)));

        void Run(int times)
        {
            for (; times > 0; times--)
                RunOne(mailbox);
        }
    }

    [Fact]
    public void A_burst_leaves_nothing_behind_so_that_the_next_mailbox_needs_nothing_new()
    {
        Mailbox[] mailboxes = [.. Enumerable.Range(0, 100).Select(_ => New())];
        RunBurst(mailboxes[0]);
        var next = 0;
        Assert.Equal(0, Allocated.Least(() => RunSome(25), windows: 4));
        Assert.Equal(mailboxes.Length, next);

        void RunSome(int number)
        {
            for (; number > 0; number--)
                RunBurst(mailboxes[next++]);
        }
    }

    [Fact]
    public void Bursts_from_another_thread_allocate_nothing_on_either_side()
    {
        const int WarmUp = 50;
        const int Rounds = 500;
        var mailbox = New();
        var ran = 0;
        var work = new Work(_ => ran++);
        using var turn = new Barrier(2);
        var cancellation = TestContext.Current.CancellationToken;
        var posterBytes = 0L;
        var drainsThatAllocated = 0;
        var poster = new Thread(() =>
        {
            for (var round = 0; round < WarmUp + Rounds; round++)
            {
                turn.SignalAndWait(cancellation);
                var before = GC.GetAllocatedBytesForCurrentThread();
                for (var i = 0; i < Burst; i++)
                    mailbox.Post(work, i);
                if (round >= WarmUp)
                    posterBytes += GC.GetAllocatedBytesForCurrentThread() - before;
                turn.SignalAndWait(cancellation);
            }
        });
        poster.Start();
        for (var round = 0; round < WarmUp + Rounds; round++)
        {
            // Every other burst meets somebody who drains meanwhile, the others somebody who stays inside.
            var entered = mailbox.TryEnter();
            turn.SignalAndWait(cancellation);
            var before = GC.GetAllocatedBytesForCurrentThread();
            if (round % 2 == 0)
                mailbox.Exit();
            CountDrain(round, before);
            turn.SignalAndWait(cancellation);
            before = GC.GetAllocatedBytesForCurrentThread();
            if (round % 2 != 0)
                mailbox.Exit();
            _scheduler.RunAll();
            CountDrain(round, before);
            Assert.True(entered);
        }

        poster.Join();
        Assert.Equal((WarmUp + Rounds) * Burst, ran);

        // The platform's pool of arrays gives up what it holds when it likes: then those of one burst are made anew. Anew for each burst they would be 250 times what is let pass.
        const int ArraysOfABurst = 33 * 1024;
        Assert.InRange(posterBytes, 0, 2 * ArraysOfABurst);

        // One of them may be charged with a table of the runtime's own.
        Assert.InRange(drainsThatAllocated, 0, 1);

        void CountDrain(int round, long before)
        {
            if (round >= WarmUp && GC.GetAllocatedBytesForCurrentThread() != before)
                drainsThatAllocated++;
        }
    }

    [Fact]
    public void What_has_run_is_not_held()
    {
        var mailbox = New();
        var work = PostNew(mailbox, 100);
        _scheduler.RunAll();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.DoesNotContain(work, static one => one.TryGetTarget(out _));
        GC.KeepAlive(mailbox);
    }

    // A method of its own, so that no local of the test holds what was posted.
    private static WeakReference<Work>[] PostNew(Mailbox mailbox, int count)
    {
        var posted = new WeakReference<Work>[count];
        for (var i = 0; i < count; i++)
        {
            var work = new Work(static _ => { });
            posted[i] = new WeakReference<Work>(work);
            mailbox.Post(work);
        }

        return posted;
    }

    private Mailbox New() => new(_scheduler, static error => throw error);

    private void RunOne(Mailbox mailbox)
    {
        mailbox.Post(_nothing);
        _scheduler.RunOne();
    }

    private void RunBurst(Mailbox mailbox)
    {
        for (var i = 0; i < Burst; i++)
            mailbox.Post(_nothing, i);
        _scheduler.RunAll();
    }
}
