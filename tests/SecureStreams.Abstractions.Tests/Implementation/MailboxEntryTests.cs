using SecureStreams.Implementation;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Abstractions.Tests.Implementation;

public class MailboxEntryTests
{
    private readonly ManualScheduler _scheduler = new();
    private readonly List<string> _ran = [];
    private readonly Mailbox _mailbox;

    public MailboxEntryTests() => _mailbox = new Mailbox(_scheduler, static error => throw error);

    [Fact]
    public void Enters_inline_when_idle_and_leaves_at_the_end_of_the_block()
    {
        var entry = new MailboxEntry(_mailbox);
        var loop = LoopAsync(entry, "inline");
        Assert.True(loop.IsCompletedSuccessfully);
        Assert.Equal(["inline"], _ran);
        Assert.Equal(0, _scheduler.Count);
        Assert.False(_mailbox.IsCurrent);
        Assert.True(_mailbox.TryEnter());
        _mailbox.Exit();
    }

    [Fact]
    public void Runs_what_was_posted_meanwhile_when_it_leaves()
    {
        var entry = new MailboxEntry(_mailbox);
        var loop = LoopAsync(entry, "inline", () => _mailbox.Post(new Work(_ => _ran.Add("posted"))));
        Assert.True(loop.IsCompletedSuccessfully);
        Assert.Equal(["inline", "posted"], _ran);
    }

    [Fact]
    public void Goes_on_inside_the_turn_of_whoever_is_there_when_busy()
    {
        var entry = new MailboxEntry(_mailbox);
        Assert.True(_mailbox.TryEnter());
        var loop = LoopAsync(entry, "guest");
        Assert.False(loop.IsCompleted);
        Assert.Empty(_ran);

        _mailbox.Exit();

        Assert.True(loop.IsCompletedSuccessfully);
        Assert.Equal(["guest"], _ran);
        Assert.Equal(0, _scheduler.Count);
        Assert.True(_mailbox.TryEnter());
        _mailbox.Exit();
    }

    [Fact]
    public void Several_loops_go_on_in_the_order_in_which_they_came()
    {
        Assert.True(_mailbox.TryEnter());
        var loops = new[] { "a", "b", "c" }.Select(name => LoopAsync(new MailboxEntry(_mailbox), name)).ToArray();
        _mailbox.Exit();
        Assert.All(loops, static loop => Assert.True(loop.IsCompletedSuccessfully));
        Assert.Equal(["a", "b", "c"], _ran);
    }

    [Fact]
    public void The_same_entry_serves_again_after_either_way()
    {
        var entry = new MailboxEntry(_mailbox);
        Assert.True(LoopAsync(entry, "first").IsCompleted);
        Assert.True(_mailbox.TryEnter());
        var second = LoopAsync(entry, "second");
        _mailbox.Exit();
        Assert.True(second.IsCompleted);
        Assert.True(LoopAsync(entry, "third").IsCompleted);
        Assert.Equal(["first", "second", "third"], _ran);
    }

    [Fact]
    public void An_exception_in_the_block_leaves_the_mailbox()
    {
        var loop = LoopAsync(new MailboxEntry(_mailbox), "fails", static () => throw new InvalidOperationException("on purpose"));
        Assert.IsType<InvalidOperationException>(loop.Exception!.InnerException);
        Assert.True(_mailbox.TryEnter());
        _mailbox.Exit();
    }

    [Fact]
    public void Entering_inline_allocates_nothing()
    {
        var entry = new MailboxEntry(_mailbox);
        Enter(entry, 1_000);
        Assert.Equal(0, Allocated.Least(() => Enter(entry, 10_000)));

        // By the awaiter's members, as the compiler calls them: an async method would add its own completed task to the count.
        static void Enter(MailboxEntry entry, int rounds)
        {
            for (var i = 0; i < rounds; i++)
            {
                var awaiter = entry.GetAwaiter();
                if (!awaiter.IsCompleted)
                    throw new InvalidOperationException("The mailbox is idle, so it must be entered inline.");
                using (awaiter.GetResult())
                {
                }
            }
        }
    }

    [Fact]
    public void Going_on_in_another_turn_allocates_nothing_either()
    {
        var entry = new MailboxEntry(_mailbox);
        var resumed = 0;
        Action continuation = () =>
        {
            using (entry.GetResult())
                resumed++;
        };
        Rounds(1_000);
        Assert.Equal(0, Allocated.Least(() => Rounds(10_000)));
        Assert.Equal(31_000, resumed);

        void Rounds(int rounds)
        {
            for (var i = 0; i < rounds; i++)
            {
                _mailbox.TryEnter();
                if (entry.IsCompleted)
                    throw new InvalidOperationException("The mailbox is busy.");
                entry.UnsafeOnCompleted(continuation);
                _mailbox.Exit();
            }
        }
    }

    private async Task LoopAsync(MailboxEntry entry, string name, Action? inside = null)
    {
        using (await entry)
        {
            Assert.True(_mailbox.IsCurrent);
            _ran.Add(name);
            inside?.Invoke();
        }
    }
}
