using System.Diagnostics;
using SecureStreams.Benchmarks.Measuring;
using SecureStreams.Implementation;

namespace SecureStreams.Benchmarks.Mailboxes;

/// <summary>What a mailbox costs: entered by an I/O loop, posted to while idle, drained after a burst.</summary>
internal static class MailboxRun
{
    private const int Operations = 2_000_000;
    private const int Rounds = 7;

    public static async Task<int> RunAsync()
    {
        Console.WriteLine(FormattableString.Invariant($"{"mailbox",-36} {"ns/op",8} {"M/s",8} {"B/op",8}   (median of {Rounds} rounds of {Operations} operations)"));
        await MeasureAsync("enter and leave, inline", static () => { Inline(); return Task.CompletedTask; });
        await MeasureAsync("await entry, inline", AwaitEntryAsync);
        await MeasureAsync("post inside, run on leaving (1)", static () => { Burst(1); return Task.CompletedTask; });
        await MeasureAsync("burst of 64 posts, each", static () => { Burst(Mailbox.BatchSize); return Task.CompletedTask; });
        await MeasureAsync("burst of 1000, another thread, each", static () => new CrossBurst(Operations).RunAsync());
        await MeasureAsync("post to idle, with its pool hop", static () => new PingPong(Operations).RunAsync());
        return 0;
    }

    private static async Task MeasureAsync(string name, Func<Task> run)
    {
        await run();
        await run();
        var times = new List<double>();
        var bytes = new List<double>();
        for (var i = 0; i < Rounds; i++)
        {
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            var began = Stopwatch.GetTimestamp();
            await run();
            times.Add(Stopwatch.GetElapsedTime(began).TotalNanoseconds / Operations);
            bytes.Add((double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / Operations);
        }

        var median = Figures.Median(times);
        Console.WriteLine(FormattableString.Invariant($"{name,-36} {median,8:0.0} {1_000 / median,8:0.0} {Figures.Median(bytes),8:0.00}"));
    }

    private static void Inline()
    {
        var mailbox = New();
        for (var i = 0; i < Operations; i++)
        {
            mailbox.TryEnter();
            mailbox.Exit();
        }
    }

    private static async Task AwaitEntryAsync()
    {
        var entry = new MailboxEntry(New());
        for (var i = 0; i < Operations; i++)
        {
            using (await entry)
            {
                // Delivering would happen here.
            }
        }
    }

    private static void Burst(int size)
    {
        var mailbox = New();
        var work = new NoWork();
        for (var i = 0; i < Operations; i += size)
        {
            mailbox.TryEnter();
            for (var j = 0; j < size; j++)
                mailbox.Post(work);
            mailbox.Exit();
        }
    }

    internal static Mailbox New() => new(SsScheduler.ThreadPool, static error => Environment.FailFast("A work item threw.", error));

    private sealed class NoWork : IMailboxWork
    {
        public void RunOnMailbox(long argument)
        {
            // The post is what is measured.
        }
    }

    /// <summary>Two mailboxes that post to each other: each is idle when its turn comes.</summary>
    private sealed class PingPong(int hops) : IMailboxWork
    {
        private readonly Mailbox[] _mailboxes = [New(), New()];
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task RunAsync()
        {
            _mailboxes[0].Post(this);
            return _done.Task;
        }

        public void RunOnMailbox(long argument)
        {
            if (argument == hops)
                _done.SetResult();
            else
                _mailboxes[(argument + 1) & 1].Post(this, argument + 1);
        }
    }
}
