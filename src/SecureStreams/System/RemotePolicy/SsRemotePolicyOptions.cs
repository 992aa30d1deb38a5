namespace SecureStreams;

/// <summary>How a context takes its policy from the network (<c>docs/remote-policy.md</c>). Immutable. What the policy itself says counts more: where it stands, how it is asked for, when again.</summary>
public sealed record SsRemotePolicyOptions
{
    /// <summary>The least <see cref="Interval"/>.</summary>
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(5);

    /// <summary>The most <see cref="Interval"/> and <see cref="Timeout"/> can be.</summary>
    public static readonly TimeSpan LongestInterval = TimeSpan.FromDays(31);

    /// <summary>In settings files a time of 0 is no bound.</summary>
    internal static TimeSpan ShortestTimeout { get; } = TimeSpan.FromMilliseconds(1);

    private readonly TimeSpan _interval = TimeSpan.FromHours(1);
    private readonly TimeSpan _timeout = TimeSpan.FromMinutes(1);
    private readonly TimeSpan _startWait = TimeSpan.FromSeconds(10);
    private readonly int _maximumBytes = 1024 * 1024;

    /// <summary>
    /// From one fetch to the next, give or take a tenth, so that devices started together do not ask together; 1 hour by default, 5 s to 31 days. <c>policy_refresh_s</c> of the policy in
    /// force counts more. After a fetch that failed it is tried sooner: after 30 s, then twice as long each time, up to this.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in the range.</exception>
    public TimeSpan Interval
    {
        get => _interval;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, ShortestInterval);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LongestInterval);
            _interval = value;
        }
    }

    /// <summary>How long one fetch may take in all: attempts, delays between them, the document, its signatures. 1 minute by default, more than 0, at most 31 days.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in the range.</exception>
    public TimeSpan Timeout
    {
        get => _timeout;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LongestInterval);
            _timeout = value;
        }
    }

    /// <summary>
    /// How long <see cref="SsSystemState.PolicyValid"/> waits at most for the first fetch, counted from <see cref="SsSystemState.CpdPostTime"/>; 10 s by default, 0 for not at all, at most 31 days. After it the
    /// policy in force counts as valid, which is one from disk or that of the program, and the fetch goes on. A policy that begins its trial is waited for, and the end of the trial is not.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in the range.</exception>
    public TimeSpan StartWait
    {
        get => _startWait;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LongestInterval);
            _startWait = value;
        }
    }

    /// <summary>The largest document that is taken, in bytes; 1 MiB by default, 1 to <see cref="SsContextExtensions.LargestPolicyBytes"/>. One that says it is larger is not read at all, any other not further.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in the range.</exception>
    public int MaximumBytes
    {
        get => _maximumBytes;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, SsContextExtensions.LargestPolicyBytes);
            _maximumBytes = value;
        }
    }

    /// <summary>
    /// Where the last good policies are kept, made for its owner alone if need be. Null, the default: the folder <c>policy</c> below <see cref="SsContextOptions.StateFolder"/>, or nowhere when that is null
    /// too; then each start begins with the policy of the program.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>Replaces the files; null, the default, takes those of the folder. Tests play a failing disk here.</summary>
    internal Remote.ISlotFiles? Files { get; init; }
}
