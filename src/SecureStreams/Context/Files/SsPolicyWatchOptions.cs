namespace SecureStreams;

/// <summary>How the files of a policy are watched. Immutable; all times are of <see cref="SsPlatform.Time"/>.</summary>
public sealed record SsPolicyWatchOptions
{
    /// <summary>How long nothing may have happened to the files before they are read; 200 ms by default, above zero. Whoever writes a file in pieces shall be done.</summary>
    public TimeSpan QuietPeriod { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>When they are read at the latest, although something happens to them for ever; 2 s by default, not below <see cref="QuietPeriod"/>.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long what cannot be used has to stay as it is before it is told, 1 s by default, above zero: a file that is missing, cannot be read, ends too early or is wrong may be about to be
    /// replaced. While it goes on changing and none of it can be used, that is told after ten times this.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How often the files are looked at although nobody told that they changed, 5 s by default: mounts over a network, folders that took another's place, and systems that are out of
    /// watches tell nothing. Above zero, or <see cref="Timeout.InfiniteTimeSpan"/> for never. A look reads the files and compares them with what is known.
    /// </summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Told each outcome, applied or refused; null by default. Called on a thread of the pool, one at a time, after it is <see cref="SsPolicyWatch.LastUpdate"/>. May dispose the watch. What it throws is logged.</summary>
    public Action<SsPolicyUpdate>? Updated { get; init; }

    /// <summary>Takes the place of the system's notices in tests.</summary>
    internal Func<Action, Action<string, string>, IFolderNotices>? Notices { get; init; }

    /// <exception cref="ArgumentException">A time makes no sense.</exception>
    internal void Check(string parameter)
    {
        if (QuietPeriod <= TimeSpan.Zero || LongestWait < QuietPeriod || Patience <= TimeSpan.Zero || LongestWait > MaxTime || Patience > MaxTime)
            throw new ArgumentException($"QuietPeriod ({QuietPeriod}) and Patience ({Patience}) are above zero, LongestWait ({LongestWait}) is not below QuietPeriod, and none is above {MaxTime}.", parameter);
        if (PollInterval != Timeout.InfiniteTimeSpan && (PollInterval <= TimeSpan.Zero || PollInterval > MaxTime))
            throw new ArgumentException($"PollInterval ({PollInterval}) is above zero and not above {MaxTime}, or Timeout.InfiniteTimeSpan.", parameter);
    }

    private static readonly TimeSpan MaxTime = TimeSpan.FromDays(1);
}
