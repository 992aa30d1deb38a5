namespace SecureStreams.TestSupport.Servers;

/// <summary>Keeps a receiver, or a sender, to so many bytes a second: what is taken too early is waited for.</summary>
/// <param name="bytesPerSecond">The rate; 0 for none.</param>
/// <param name="time">The clock.</param>
public sealed class Pace(long bytesPerSecond, TimeProvider time)
{
    // A shorter wait is not worth a timer; it is made up for by the next.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(2);

    private readonly long _begin = time.GetTimestamp();
    private long _bytes;

    /// <summary>How long to wait after another <paramref name="bytes"/> until the next may come; zero when there is time enough.</summary>
    public TimeSpan Take(long bytes)
    {
        if (bytesPerSecond <= 0)
            return TimeSpan.Zero;
        _bytes += bytes;
        var early = TimeSpan.FromSeconds((double)_bytes / bytesPerSecond) - time.GetElapsedTime(_begin);
        return early < Shortest ? TimeSpan.Zero : early;
    }

    /// <summary>Waits for as long as <see cref="Take"/> says.</summary>
    public Task TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        var early = Take(bytes);
        return early == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(early, time, cancellationToken);
    }
}
