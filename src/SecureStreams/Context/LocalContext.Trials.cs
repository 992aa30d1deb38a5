using SecureStreams.Core;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>
/// Trials of policies: a change is in force at once, and is taken back by itself unless what it touches works (<c>docs/live-policy.md</c>). A policy asks for one itself
/// (<c>trial_seconds</c>); the calls here say for one change what it has to come up to. Any thread may call.
/// </summary>
public sealed partial class LocalContext
{
    /// <summary>The policy on trial, or that is being taken back; null when none is.</summary>
    public SsPolicyTrial? CurrentTrial => _trials.Current is { } trial ? new SsPolicyTrial(trial) : null;

    /// <summary>As <see cref="UpdatePolicy(string)"/>, on trial.</summary>
    /// <param name="json">The policy, as JSON text.</param>
    /// <param name="trial">What it has to come up to, whatever the policy says; null for what it says.</param>
    /// <returns>What changed, or why nothing did; <see cref="SsPolicyUpdate.Trial"/> is the trial.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value of <paramref name="trial"/> is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate UpdatePolicy(string json, SsPolicyTrialOptions? trial)
    {
        ArgumentNullException.ThrowIfNull(json);
        return UpdatePolicy([PolicyDocument.FromJson(json, "policy")], trial);
    }

    /// <summary>As <see cref="UpdatePolicy(IReadOnlyList{PolicyDocument})"/>, on trial.</summary>
    /// <param name="documents">The documents; their text is copied.</param>
    /// <param name="trial">What it has to come up to, whatever the policy says; null for what it says.</param>
    /// <returns>What changed, or why nothing did.</returns>
    /// <exception cref="ArgumentException">There is none, or one has no name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value of <paramref name="trial"/> is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate UpdatePolicy(IReadOnlyList<PolicyDocument> documents, SsPolicyTrialOptions? trial)
    {
        Check(documents);
        trial?.Check();
        return _policy.Replace(documents, apply: true, trial);
    }

    /// <summary>As <see cref="UpdatePolicy(PolicyModel)"/>, on trial.</summary>
    /// <param name="model">The policy.</param>
    /// <param name="trial">What it has to come up to, whatever the policy says; null for what it says.</param>
    /// <returns>What changed, or why nothing did.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value of <paramref name="trial"/> is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate UpdatePolicy(PolicyModel model, SsPolicyTrialOptions? trial)
    {
        ArgumentNullException.ThrowIfNull(model);
        trial?.Check();
        ThrowIfDisposed();
        return _policy.Replace(model, apply: true, trial);
    }

    /// <summary>As <see cref="UpdatePolicyFromFiles(IReadOnlyList{string})"/>, on trial.</summary>
    /// <param name="paths">JSON files.</param>
    /// <param name="trial">What it has to come up to, whatever the policy says; null for what it says.</param>
    /// <returns>What changed, or why nothing did.</returns>
    /// <exception cref="ArgumentException">There is none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value of <paramref name="trial"/> is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate UpdatePolicyFromFiles(IReadOnlyList<string> paths, SsPolicyTrialOptions? trial)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count == 0)
            throw new ArgumentException("A policy has at least a base file.", nameof(paths));
        trial?.Check();
        ThrowIfDisposed();
        try
        {
            return UpdatePolicy([.. paths.Select(SsContextExtensions.ReadDocument)], trial);
        }
        catch (SsPolicyException error)
        {
            return _policy.Refuse(string.Join(", ", paths), error);
        }
    }

    /// <summary>As <see cref="ApplyOverlay(string, string?)"/>, on trial.</summary>
    /// <param name="json">The overlay, as JSON text.</param>
    /// <param name="name">Its name; null makes one.</param>
    /// <param name="trial">What it has to come up to, whatever the policy says; null for what it says.</param>
    /// <returns>What changed, or why nothing did.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value of <paramref name="trial"/> is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate ApplyOverlay(string json, string? name, SsPolicyTrialOptions? trial)
    {
        ArgumentNullException.ThrowIfNull(json);
        trial?.Check();
        ThrowIfDisposed();
        return _policy.Overlay(PolicyDocument.FromJson(json, name ?? "overlay"), named: name is not null, apply: true, trial);
    }

    /// <summary>As <see cref="ApplyOverlay(PolicyDocument)"/>, on trial.</summary>
    /// <param name="overlay">The overlay; its text is copied.</param>
    /// <param name="trial">What it has to come up to, whatever the policy says; null for what it says.</param>
    /// <returns>What changed, or why nothing did.</returns>
    /// <exception cref="ArgumentException">The document has no name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value of <paramref name="trial"/> is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate ApplyOverlay(PolicyDocument overlay, SsPolicyTrialOptions? trial)
    {
        ThrowIfNameless(overlay, nameof(overlay));
        trial?.Check();
        ThrowIfDisposed();
        return _policy.Overlay(overlay, named: true, apply: true, trial);
    }

    /// <summary>As <see cref="RemoveOverlay(string)"/>, on trial: if it fails, the overlay comes back.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="trial">What the rest has to come up to, whatever the policy says; null for what it says.</param>
    /// <returns>What changed; null when none of that name is applied.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value of <paramref name="trial"/> is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate? RemoveOverlay(string name, SsPolicyTrialOptions? trial)
    {
        ArgumentNullException.ThrowIfNull(name);
        trial?.Check();
        ThrowIfDisposed();
        return _policy.Remove(name, apply: true, trial);
    }

    /// <summary>The policy on trial holds for good from now on.</summary>
    /// <returns>Whether one was on trial: not when it is being taken back already.</returns>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public bool ConfirmTrial()
    {
        ThrowIfDisposed();
        return _policy.Confirm();
    }

    /// <summary>
    /// Takes the policy on trial back, without waiting for what it comes to. The policy before it is in force when this returns; <see cref="SsPolicyTrial.Completion"/> tells when those
    /// whom the trial touched are as they were.
    /// </summary>
    /// <returns>What changed by that; null when none is on trial, or it is being taken back already.</returns>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate? RevertTrial()
    {
        ThrowIfDisposed();
        return _policy.Revert();
    }

    /// <summary>Whether a listener of the streamtype is to end: it is no server any more, and that is not on trial.</summary>
    internal bool IsNoServerForGood(string streamType) => _policy.IsNoServerForGood(streamType);

    /// <summary>Begins to watch. Before the policy is in force.</summary>
    /// <param name="now">The policy that will be.</param>
    /// <param name="touched">The streamtypes that it touches.</param>
    /// <param name="options">What is asked of it.</param>
    /// <param name="earlier">What was watched of a policy that was never confirmed; null for nothing.</param>
    /// <param name="isBack">Whether it is the policy before that comes back: then it is only owed what was there before.</param>
    private TrialWatch Watch(PolicyModel now, IReadOnlySet<string> touched, SsPolicyTrialOptions options, TrialWatch? earlier, bool isBack)
    {
        var watch = new TrialWatch(options, _options.Platform.Time, now, touched, _trials.UsualOf);
        var since = _options.Platform.Time.GetUtcNow() - options.Duration;
        foreach (var (stream, _) in _streams)
        {
            if (!touched.Contains(stream.StreamType) || stream.IsAccepted)
                continue;
            var owed = earlier?.Owes(stream) ?? false;
            if (isBack && !owed)
                continue;
            var policy = now.StreamTypes.GetValueOrDefault(stream.StreamType);
            watch.Add(stream, stream.Situation.Phase, stream.Foresee(policy)?.Action ?? SsPolicyAction.None, owed, since);
        }

        foreach (var (listener, _) in _listeners)
        {
            if (listener is ILiveListener live && touched.Contains(live.StreamType) && live.Foresee(now.StreamTypes.GetValueOrDefault(live.StreamType)) is { } effect)
                watch.Add(listener, effect.Action);
        }

        return watch;
    }

    private void Revive(TrialWatch watch)
    {
        foreach (var stream in InOrder())
        {
            if (watch.Owes(stream))
                stream.Revive();
        }
    }

    /// <summary>Listeners that are to end do so only when the policy that says so holds for good.</summary>
    private void EndTrialOfListeners()
    {
        foreach (var (listener, _) in _listeners)
        {
            if (listener is ILiveListener live && FindPolicy(live.StreamType) is null or { Server: false } or { LocalSink: true })
                live.TellPolicyChanged();
        }
    }
}
