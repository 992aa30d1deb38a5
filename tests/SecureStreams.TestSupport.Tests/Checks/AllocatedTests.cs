using SecureStreams.TestSupport.Checks;

namespace SecureStreams.TestSupport.Tests.Checks;

public class AllocatedTests
{
    private object? _made;

    [Fact]
    public void What_every_window_allocates_is_counted_once() => Assert.InRange(Allocated.Least(() => _made = new byte[1000]), 1000, 1100);

    [Fact]
    public void What_a_single_window_allocates_is_not_the_codes()
    {
        var window = 0;
        Assert.Equal(0, Allocated.Least(() => _made = ++window == 2 ? new byte[16_320] : _made));
        Assert.Equal(3, window);
        Assert.NotNull(_made);
    }

    [Fact]
    public void The_smallest_object_of_each_window_is_seen() => Assert.InRange(Allocated.Least(() => _made = new object(), windows: 10), 16, 24);
}
