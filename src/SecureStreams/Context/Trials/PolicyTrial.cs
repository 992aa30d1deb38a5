using SecureStreams.Core;
using SecureStreams.Implementation;

namespace SecureStreams;

/// <summary>
/// A policy on trial. What it does next is decided by <see cref="LivePolicy"/>, under the lock that orders changes, and only the first decision counts; this has what is
/// needed for that, the clock, and the outcome.
/// </summary>
/// <param name="name">What is tried.</param>
/// <param name="fallback">The last policy that is not, or no longer, on trial.</param>
/// <param name="tried">The policy on trial.</param>
/// <param name="options">What it has to come up to.</param>
/// <param name="watch">What becomes of those it touches.</param>
/// <param name="platform">The clock, and where decisions are made: never where one is told, which is the mailbox of a stream.</param>
/// <param name="judge">Decides; told whether time is up.</param>
internal sealed class PolicyTrial(
    string name, PolicySnapshot fallback, PolicySnapshot tried, SsPolicyTrialOptions options, TrialWatch watch, SsPlatform platform, Action<PolicyTrial, bool> judge) : IThreadPoolWorkItem
{
    /// <summary>How long the way back is watched at most.</summary>
    public static readonly TimeSpan LongestRecovery = TimeSpan.FromMinutes(1);

    private readonly TaskCompletionSource<SsPolicyTrialResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _timing = new();
    private ITimer? _timer;
    private bool _isOver;
    private int _asked;
    private int _state;
    private TrialWatch? _watching = watch;
    private (IReadOnlyList<SsPolicyTrialEvidence> Evidence, int Omitted)? _evidence;

    public string Name { get; } = name;

    public PolicySnapshot Fallback { get; } = fallback;

    public long Revision { get; } = tried.Revision;

    public PolicySnapshot Tried { get; } = tried;

    public SsPolicyTrialOptions Options { get; } = options;

    public DateTimeOffset Deadline { get; } = platform.Time.GetUtcNow() + options.Duration;

    public Task<SsPolicyTrialResult> Completion => _completion.Task;

    public SsPolicyTrialState State => (SsPolicyTrialState)Volatile.Read(ref _state);

    /// <summary>What is watched now: those whom the policy touches, and on the way back those who shall be as they were. Null when it is over.</summary>
    public TrialWatch? Watching => Volatile.Read(ref _watching);

    /// <summary>Why it is reverted; null while it is not.</summary>
    public string? Reason { get; private set; }

    /// <summary>Whether somebody asked for the revert.</summary>
    public bool IsByHand { get; private set; }

    public IReadOnlyList<SsPolicyTrialEvidence> Evidence() => (_evidence ?? Watching?.Evidence())?.Evidence ?? [];

    /// <summary>The policy is in force, and those it touches have been told.</summary>
    public void Begin()
    {
        Arm(Options.Duration);

        // What could not follow at all is known already.
        Told(true);
    }

    /// <summary>Something was told to what is watched.</summary>
    /// <param name="counts">Whether it may decide something.</param>
    public void Told(bool counts)
    {
        if (!counts || Watching is not { } now || (State == SsPolicyTrialState.Running ? now.CertainProblem() is null : !now.IsSettled))
            return;
        if (Interlocked.Exchange(ref _asked, 1) == 0)
            platform.Scheduler.Schedule(this);
    }

    void IThreadPoolWorkItem.Execute()
    {
        Volatile.Write(ref _asked, 0);
        judge(this, false);
    }

    /// <summary>The policy is not in force any more: from now on the way back is watched. Under the lock that orders changes.</summary>
    public void Turn(string reason, bool byHand, TrialWatch recovery)
    {
        (Reason, IsByHand) = (reason, byHand);
        _evidence = Watching!.Evidence();
        Volatile.Write(ref _watching, recovery);
        Volatile.Write(ref _state, (int)SsPolicyTrialState.Reverting);
    }

    /// <summary>Those who go back have been told.</summary>
    public void BeginRecovery()
    {
        Arm(Options.Duration < LongestRecovery ? Options.Duration : LongestRecovery);
        Told(true);
    }

    /// <summary>It is over. Once, under the lock that orders changes.</summary>
    /// <param name="state">How.</param>
    /// <param name="revision">What is in force.</param>
    /// <param name="reason">Why.</param>
    /// <param name="byHand">Whether somebody asked for it.</param>
    /// <param name="recovered">Whether all is as it was, if that is known.</param>
    /// <returns>The result, which <see cref="Publish"/> makes known.</returns>
    public SsPolicyTrialResult End(SsPolicyTrialState state, long revision, string reason, bool byHand, bool? recovered)
    {
        lock (_timing)
        {
            _isOver = true;
            _timer?.Dispose();
            _timer = null;
        }

        var (evidence, omitted) = _evidence ??= Watching!.Evidence();
        var result = new SsPolicyTrialResult
        {
            State = state,
            Name = Name,
            TriedRevision = Revision,
            Revision = revision,
            ByHand = byHand,
            Reason = reason,
            DecidedAt = platform.Time.GetUtcNow(),
            Evidence = evidence,
            Omitted = omitted,
            Recovered = recovered,
            NotRecovered = recovered == false ? Watching!.Missing() : [],
        };

        // Streams that are gone shall not be kept for the sake of whoever keeps the result.
        Volatile.Write(ref _watching, null);
        Volatile.Write(ref _state, (int)state);
        return result;
    }

    /// <summary>Tells whoever awaits it.</summary>
    public void Publish(SsPolicyTrialResult result) => _completion.TrySetResult(result);

    private void Arm(TimeSpan due)
    {
        lock (_timing)
        {
            if (_isOver)
                return;
            _timer?.Dispose();
            _timer = platform.Time.CreateDetachedTimer(static state => ((PolicyTrial)state!).Due(), this, due);
        }
    }

    private void Due() => judge(this, true);
}
