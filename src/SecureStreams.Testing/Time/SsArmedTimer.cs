namespace SecureStreams.Testing;

/// <summary>An armed timer of a <see cref="SsVirtualTime"/>, as it was when asked for.</summary>
/// <param name="DueIn">How far the clock must advance until it fires; zero when it fires in the next advance, even one by zero.</param>
/// <param name="Period">The period after that; <see cref="Timeout.InfiniteTimeSpan"/> for a single shot.</param>
/// <param name="Owner">The method it calls, to tell timers apart in a message.</param>
public sealed record SsArmedTimer(TimeSpan DueIn, TimeSpan Period, string Owner)
{
    /// <summary>For messages.</summary>
    public override string ToString() => Period == Timeout.InfiniteTimeSpan ? $"{Owner} in {DueIn}" : $"{Owner} in {DueIn}, then every {Period}";
}
