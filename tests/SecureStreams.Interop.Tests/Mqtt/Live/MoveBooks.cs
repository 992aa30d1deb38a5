using System.Diagnostics;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.Mqtt.Live;

/// <summary>What became of each of many numbered messages: where it arrived, how often, whether it was acknowledged, how often its sender repeated it.</summary>
/// <param name="places">Where messages may arrive.</param>
internal sealed class MoveBooks(int places)
{
    private readonly Lock _lock = new();
    private readonly List<int>[] _arrived = [.. Enumerable.Range(0, places).Select(static _ => new List<int>())];
    private readonly Dictionary<int, int> _times = [];
    private readonly Dictionary<int, int> _repeats = [];
    private readonly HashSet<int> _acknowledged = [];
    private readonly Dictionary<int, TaskCompletionSource> _waiters = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _counts = [];
    private long _last;

    /// <summary>How many different messages have arrived.</summary>
    public int Seen
    {
        get
        {
            lock (_lock)
                return _times.Count;
        }
    }

    /// <summary>The longest time between two messages that arrived for the first time.</summary>
    public TimeSpan Gap { get; private set; }

    /// <summary>How many were acknowledged.</summary>
    public int Acknowledged => _acknowledged.Count;

    /// <summary>How often one was sent again by its sender.</summary>
    public int Repeated => _repeats.Values.Sum();

    /// <summary>How many arrived more than once.</summary>
    public int Twice => _times.Values.Count(static times => times > 1);

    /// <summary>How many arrived there.</summary>
    public int CountAt(int place) => _arrived[place].Count;

    /// <summary>One has arrived.</summary>
    public void Arrived(int place, int number)
    {
        TaskCompletionSource? waiter;
        lock (_lock)
        {
            _arrived[place].Add(number);
            _times[number] = _times.GetValueOrDefault(number) + 1;
            var now = Stopwatch.GetTimestamp();
            if (_times[number] == 1)
            {
                if (_last != 0 && Stopwatch.GetElapsedTime(_last, now) is var gap && gap > Gap)
                    Gap = gap;
                _last = now;
            }

            _waiters.Remove(number, out waiter);
            foreach (var (_, reached) in _counts.Where(one => _times.Count >= one.Count))
                reached.TrySetResult();
            _counts.RemoveAll(one => _times.Count >= one.Count);
        }

        waiter?.TrySetResult();
    }

    /// <summary>One was acknowledged to its sender.</summary>
    public void Acknowledge(int number)
    {
        lock (_lock)
            _acknowledged.Add(number);
    }

    /// <summary>One was refused or failed, and its sender sends it again.</summary>
    public void Repeat(int number)
    {
        lock (_lock)
            _repeats[number] = _repeats.GetValueOrDefault(number) + 1;
    }

    /// <summary>Waits until one has arrived.</summary>
    public Task WaitForAsync(int number)
    {
        lock (_lock)
        {
            if (_times.ContainsKey(number))
                return Task.CompletedTask;
            if (!_waiters.TryGetValue(number, out var waiter))
                _waiters.Add(number, waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            return waiter.Task;
        }
    }

    /// <summary>Waits until so many different ones have arrived.</summary>
    public Task UntilAsync(int count, Func<string> otherwise)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_times.Count >= count)
                return Task.CompletedTask;
            _counts.Add((count, reached));
        }

        return reached.Task.OrFail(otherwise);
    }

    /// <summary>Waits until all of the first <paramref name="count"/> have arrived.</summary>
    public Task AllAsync(int count) => UntilAsync(count, () =>
    {
        lock (_lock)
        {
            var lost = Enumerable.Range(0, count).Where(one => !_times.ContainsKey(one)).ToList();
            return $"{lost.Count} messages are lost, of them {lost.Count(_acknowledged.Contains)} acknowledged: {string.Join(' ', lost.Take(20))}";
        }
    });

    /// <summary>Each arrived, none more often than it was sent, and at each place those that were sent once in their order.</summary>
    public void Check(int count, bool exactlyOnce)
    {
        lock (_lock)
        {
            Assert.Equal(Enumerable.Range(0, count), _times.Keys.Order());
            if (exactlyOnce)
                Assert.All(_times, one => Assert.True(one.Value <= 1 + _repeats.GetValueOrDefault(one.Key), $"{one.Key} arrived {one.Value} times and was repeated {_repeats.GetValueOrDefault(one.Key)} times."));
            foreach (var place in _arrived)
            {
                var once = place.Where(one => !_repeats.ContainsKey(one) && _times[one] == 1).ToList();
                Assert.Equal(once.Order(), once);
            }
        }
    }
}
