using SecureStreams.Testing;

namespace SecureStreams.TestSupport.Time;

/// <summary>The clock of the tests: the one that users of SecureStreams.Testing have, and its time of day can be set as a real one can.</summary>
/// <param name="start">Where it stands; null for the beginning of 2030.</param>
public sealed class ManualTimeProvider(DateTimeOffset? start = null) : SsVirtualTime(start)
{
    private long _jumped;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _jumped));

    /// <summary>Sets the time of day forward, or back. No time passes: timers and elapsed time stay as they are.</summary>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _jumped, by.Ticks);
}
