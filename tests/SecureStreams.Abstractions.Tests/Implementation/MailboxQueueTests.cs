using SecureStreams.Implementation;

namespace SecureStreams.Abstractions.Tests.Implementation;

public class MailboxQueueTests
{
    private static readonly Work Nothing = new(static _ => { });

    private MailboxQueue _queue;

    [Fact]
    public void Begins_empty()
    {
        Assert.True(_queue.IsEmpty);
        Assert.True(_queue.NothingPosted);
        Assert.False(_queue.TryTake(out _, out _));
    }

    [Fact]
    public void Taking_one_of_two_leaves_it_not_empty_with_nothing_posted()
    {
        _queue.Add(Nothing, 1);
        _queue.Add(Nothing, 2);
        Assert.False(_queue.NothingPosted);
        Assert.True(_queue.TryTake(out _, out _));
        Assert.False(_queue.IsEmpty);
        Assert.True(_queue.NothingPosted);
        Assert.True(_queue.TryTake(out var work, out var second));
        Assert.Same(Nothing, work);
        Assert.Equal(2, second);
        Assert.True(_queue.IsEmpty);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(18)]
    [InlineData(33)]
    [InlineData(34)]
    [InlineData(5_000)]
    public void Gives_in_the_order_of_adding_at_every_size(int count)
    {
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < count; i++)
                _queue.Add(Nothing, i);
            for (var i = 0; i < count; i++)
            {
                Assert.True(_queue.TryTake(out _, out var argument));
                Assert.Equal(i, argument);
            }

            Assert.True(_queue.IsEmpty);
            Assert.False(_queue.TryTake(out _, out _));
        }
    }

    [Fact]
    public void Does_what_a_queue_does_whatever_the_order_of_calls()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var expected = new Queue<long>();
            for (var step = 0L; step < 500; step++)
            {
                // Runs of one kind, so that it grows and empties again.
                var run = random.Next(1, 40);
                var add = random.Next(2) == 0;
                for (var i = 0; i < run; i++)
                {
                    if (add)
                    {
                        _queue.Add(Nothing, step * 100 + i);
                        expected.Enqueue(step * 100 + i);
                    }
                    else if (_queue.TryTake(out _, out var argument))
                    {
                        Assert.Equal(expected.Dequeue(), argument);
                    }
                    else
                    {
                        Assert.Empty(expected);
                    }

                    Assert.Equal(expected.Count == 0, _queue.IsEmpty);
                }
            }

            while (_queue.TryTake(out _, out var argument))
                Assert.Equal(expected.Dequeue(), argument);
            Assert.Empty(expected);
        }
    }
}
