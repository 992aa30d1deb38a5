namespace SecureStreams.Core;

/// <summary>
/// Keeps peers from filling a log: of the failures of one listener's streams, and of what it refuses, so many are written in a minute. The rest is counted, and told as a count when that minute is over.
/// Safe from any thread.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="tell">Told how many were not written, once a minute at most, and at the end.</param>
internal sealed class FailureLimit(TimeProvider time, Action<long> tell) : IDisposable
{
    /// <summary>Lines in one <see cref="Window"/>: enough to see what is going on, and some megabytes a day at most.</summary>
    public const int MostLines = 60;

    /// <summary>The time that they count for.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private long? _began;
    private int _written;
    private long _held;
    private bool _over;

    /// <summary>Whether one more may be written; else it is counted.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            if (_over)
                return true; // The last words of what has ended: nothing more comes.
            if (_held == 0 && (_began is not { } before || time.GetElapsedTime(before) >= Window))
                (_began, _written) = (time.GetTimestamp(), 0);
            if (_written < MostLines)
            {
                _written++;
                return true;
            }

            _held++;
            var left = Window - time.GetElapsedTime(_began!.Value);
            _timer ??= time.CreateDetachedTimer(static state => ((FailureLimit)state!).Settle(isLast: false), this, left > TimeSpan.Zero ? left : TimeSpan.Zero);
            return false;
        }
    }

    /// <summary>Nothing more comes: tells what is still to be told.</summary>
    public void Dispose() => Settle(isLast: true);

    private void Settle(bool isLast)
    {
        long held;
        lock (_lock)
        {
            held = _held;
            _held = 0;
            _began = null;
            _over |= isLast;
            _timer?.Dispose();
            _timer = null;
        }

        if (held > 0)
            tell(held);
    }
}
