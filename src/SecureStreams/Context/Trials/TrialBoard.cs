using System.Collections.Concurrent;
using SecureStreams.Core;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>Where streams and listeners tell what becomes of them: the trial that runs, if one does, and what is usual. Costs a comparison or two where nothing is on trial.</summary>
internal sealed class TrialBoard
{
    private readonly ConcurrentDictionary<string, TrialTally> _tallies = new(StringComparer.Ordinal);
    private PolicyTrial? _current;

    /// <summary>The trial that runs or is being taken back; null when none is.</summary>
    public PolicyTrial? Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }

    public (int Good, int Bad) UsualOf(string streamType) => _tallies.TryGetValue(streamType, out var tally) ? tally.Read() : default;

    /// <summary>Names come and go with policies: those that are gone are forgotten.</summary>
    public void Keep(PolicyModel model)
    {
        foreach (var (name, _) in _tallies)
        {
            if (!model.StreamTypes.ContainsKey(name))
                _tallies.TryRemove(name, out _);
        }
    }

    /// <summary>A stream that the application made was told a state.</summary>
    public void Heard(LocalStream stream, StreamTypePolicy policy, in SsStateChange change, SsDetail? detail)
    {
        switch (change.State)
        {
            case SsState.QosAckRemote:
                Count(policy.Name, good: true);
                break;
            case SsState.QosNackRemote:
            case SsState.AllRetriesFailed when PolicyReaction.IsTransactional(policy) && change.Cause.Phase is not (SsPhase.Local or SsPhase.Update):
                Count(policy.Name, good: false);
                break;
        }

        if (Current is { } trial)
            trial.Told(trial.Watching?.Heard(stream, policy, change, detail) ?? false);
    }

    /// <summary>The connection under a changed policy could not be had, and the one before it stays.</summary>
    public void ReplacementFailed(LocalStream stream, StreamTypePolicy policy, SsDetail detail, bool isFinal)
    {
        if (Current is { } trial)
            trial.Told(trial.Watching?.ReplacementFailed(stream, policy, detail, isFinal) ?? false);
    }

    /// <summary>A listener is where the policy says, or, because of <paramref name="problem"/>, is not.</summary>
    public void ListenerMoved(SsListener listener, StreamTypePolicy policy, SsDetail? problem)
    {
        if (Current is { } trial)
            trial.Told(trial.Watching?.ListenerMoved(listener, policy, problem) ?? false);
    }

    /// <summary>A result that no stream is told: of a request of an HttpClient, or of a connection that came to a listener.</summary>
    /// <param name="streamType">The streamtype.</param>
    /// <param name="policy">What it came about under; null when there is none any more.</param>
    /// <param name="good">What it is.</param>
    /// <param name="detail">What happened, if that is known.</param>
    /// <param name="afterAll">Whether it was told as good first.</param>
    public void Result(string streamType, StreamTypePolicy? policy, bool good, SsDetail? detail, bool afterAll = false)
    {
        Count(streamType, good, afterAll);
        if (Current is { } trial)
            trial.Told(trial.Watching?.Result(streamType, policy, good, detail, afterAll) ?? false);
    }

    private void Count(string streamType, bool good, bool afterAll = false) => _tallies.GetOrAdd(streamType, static _ => new TrialTally()).Add(good, afterAll);
}
