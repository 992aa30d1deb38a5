using SecureStreams.Implementation;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Abstractions.Tests.Implementation;

public class MailboxTests
{
    private readonly ManualScheduler _scheduler = new();
    private readonly List<Exception> _faults = [];
    private readonly List<long> _ran = [];
    private readonly Mailbox _mailbox;
    private readonly Work _note;

    public MailboxTests()
    {
        _mailbox = new Mailbox(_scheduler, _faults.Add);
        _note = new Work(_ran.Add);
    }

    [Fact]
    public void A_post_to_an_idle_mailbox_schedules_it_once_and_never_runs_inline()
    {
        _mailbox.Post(_note, 1);
        _mailbox.Post(_note, 2);
        Assert.Empty(_ran);
        Assert.Equal(1, _scheduler.Count);
        _scheduler.RunOne();
        Assert.Equal([1, 2], _ran);
        Assert.Equal(0, _scheduler.Count);
    }

    [Fact]
    public void A_post_from_inside_runs_in_the_same_turn_after_what_was_queued()
    {
        _mailbox.Post(new Work(_ =>
        {
            _mailbox.Post(_note, 3);
            _ran.Add(1);
        }));
        _mailbox.Post(_note, 2);
        _scheduler.RunOne();
        Assert.Equal([1, 2, 3], _ran);
    }

    [Fact]
    public void Who_is_inside_runs_on_leaving_what_was_posted_meanwhile()
    {
        Assert.True(_mailbox.TryEnter());
        Assert.False(_mailbox.TryEnter());
        _mailbox.Post(_note, 1);
        Assert.Empty(_ran);
        Assert.Equal(0, _scheduler.Count);
        _mailbox.Exit();
        Assert.Equal([1], _ran);
        Assert.True(_mailbox.TryEnter());
        _mailbox.Exit();
    }

    [Fact]
    public void A_scheduled_mailbox_cannot_be_entered_before_its_turn()
    {
        _mailbox.Post(_note, 1);
        Assert.False(_mailbox.TryEnter());
        Assert.False(_mailbox.IsCurrent);
        _scheduler.RunOne();
        Assert.True(_mailbox.TryEnter());
        _mailbox.Exit();
    }

    [Fact]
    public void A_turn_yields_after_a_batch_and_nobody_gets_in_between()
    {
        const int More = 10;
        for (var i = 0; i < Mailbox.BatchSize + More; i++)
            _mailbox.Post(_note, i);
        _scheduler.RunOne();
        Assert.Equal(Mailbox.BatchSize, _ran.Count);
        Assert.Equal(1, _scheduler.Count);
        Assert.False(_mailbox.TryEnter());
        _scheduler.RunOne();
        Assert.Equal(Enumerable.Range(0, Mailbox.BatchSize + More).Select(static i => (long)i), _ran);
        Assert.Equal(0, _scheduler.Count);
    }

    [Fact]
    public void A_batch_that_ends_exactly_schedules_no_empty_turn()
    {
        for (var i = 0; i < Mailbox.BatchSize; i++)
            _mailbox.Post(_note, i);
        _scheduler.RunOne();
        Assert.Equal(Mailbox.BatchSize, _ran.Count);
        Assert.Equal(0, _scheduler.Count);
        _mailbox.Post(_note, 99);
        Assert.Equal(1, _scheduler.Count);
        _scheduler.RunAll();
    }

    [Fact]
    public void Leaving_yields_after_a_batch_too()
    {
        Assert.True(_mailbox.TryEnter());
        for (var i = 0; i <= Mailbox.BatchSize; i++)
            _mailbox.Post(_note, i);
        _mailbox.Exit();
        Assert.Equal(Mailbox.BatchSize, _ran.Count);
        _scheduler.RunAll();
        Assert.Equal(Mailbox.BatchSize + 1, _ran.Count);
    }

    [Fact]
    public void IsCurrent_is_true_inside_only()
    {
        Assert.False(_mailbox.IsCurrent);
        bool? inside = null;
        _mailbox.Post(new Work(_ => inside = _mailbox.IsCurrent));
        _scheduler.RunAll();
        Assert.True(inside);
        Assert.False(_mailbox.IsCurrent);

        Assert.True(_mailbox.TryEnter());
        Assert.True(_mailbox.IsCurrent);
        bool? elsewhere = null;
        var thread = new Thread(() => elsewhere = _mailbox.IsCurrent);
        thread.Start();
        thread.Join();
        Assert.False(elsewhere);
        _mailbox.Exit();
        Assert.False(_mailbox.IsCurrent);
    }

    [Fact]
    public void A_mailbox_within_a_mailbox_is_its_own()
    {
        var other = new Mailbox(_scheduler, _faults.Add);
        Assert.True(_mailbox.TryEnter());
        Assert.True(other.TryEnter());
        Assert.True(_mailbox.IsCurrent && other.IsCurrent);
        other.Exit();
        Assert.True(_mailbox.IsCurrent);
        Assert.False(other.IsCurrent);
        _mailbox.Exit();
    }

    [Fact]
    public void What_escapes_a_work_item_is_told_and_the_rest_runs()
    {
        var error = new InvalidOperationException("on purpose");
        _mailbox.Post(new Work(_ => throw error));
        _mailbox.Post(_note, 1);
        _scheduler.RunAll();
        Assert.Same(error, Assert.Single(_faults));
        Assert.Equal([1], _ran);
    }

    [Fact]
    public void Posting_and_entering_allocate_nothing_in_steady_state()
    {
        var nothing = new Work(static _ => { });
        Rounds();
        Assert.Equal(0, Allocated.Least(Rounds));

        void Rounds()
        {
            for (var i = 0; i < 10_000; i++)
                Round();
        }

        void Round()
        {
            _mailbox.TryEnter();
            _mailbox.Post(nothing, 1);
            _mailbox.Exit();
        }
    }
}
