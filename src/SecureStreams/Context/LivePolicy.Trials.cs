using System.Globalization;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>
/// Trials: a policy that is in force until it has shown what it is worth. One at a time. What it falls back to is always the last policy that was not on trial, so that a change which comes
/// meanwhile never makes one permanent that nobody has seen work. All decisions are made under the lock that orders changes.
/// </summary>
internal sealed partial class LivePolicy
{
    private bool _trialsEnded;
    private SsPolicyTrialResult? _lastTrial;

    /// <summary>Where streams tell what becomes of them.</summary>
    public required TrialBoard Trials { get; init; }

    /// <summary>Begins to watch the streams and listeners of the streamtypes named, under a policy that is about to be in force; called under the lock that orders changes.</summary>
    public required Func<PolicyModel, IReadOnlySet<string>, SsPolicyTrialOptions, TrialWatch?, bool, TrialWatch> Watch { get; init; }

    /// <summary>Has those connect again that wanted a connection, and lost it under a policy that was taken back.</summary>
    public required Action<TrialWatch> Revive { get; init; }

    /// <summary>What waited for the end of a trial is to be done now.</summary>
    public required Action Settled { get; init; }

    /// <summary>Told how a trial ended.</summary>
    public required Action<SsPolicyTrialState> TrialCounted { get; init; }

    /// <summary>How the last trial that is over ended; null before the first.</summary>
    public SsPolicyTrialResult? LastTrial => Volatile.Read(ref _lastTrial);

    /// <summary>Whether a streamtype is no server any more, and that will not be taken back.</summary>
    public bool IsNoServerForGood(string streamType)
    {
        lock (_changing)
            return Trials.Current is not { State: SsPolicyTrialState.Running } && (Find(streamType) is not { } policy || !PolicyReaction.IsNoClient(policy));
    }

    /// <summary>The policy on trial holds for good.</summary>
    /// <returns>Whether one was on trial.</returns>
    public bool Confirm()
    {
        PolicyTrial trial;
        SsPolicyTrialResult result;
        lock (_changing)
        {
            if (Trials.Current is not { State: SsPolicyTrialState.Running } running)
                return false;
            trial = running;
            result = EndTrial(trial, SsPolicyTrialState.Confirmed, "confirmed by hand", byHand: true, recovered: null);
        }

        Report(trial, result);
        return true;
    }

    /// <summary>Takes the policy on trial back; null when none is.</summary>
    public SsPolicyUpdate? Revert() => Trials.Current is { } trial ? TakeBack(trial, "taken back by hand", byHand: true) : null;

    /// <summary>The context ends: nothing is tried any more, and nothing taken back.</summary>
    public void EndTrials()
    {
        PolicyTrial? trial;
        SsPolicyTrialResult? result = null;
        lock (_changing)
        {
            _trialsEnded = true;
            trial = Trials.Current;
            if (trial is { State: SsPolicyTrialState.Running })
                result = EndTrial(trial, SsPolicyTrialState.Abandoned, "the context was disposed", byHand: false, recovered: null);
            else if (trial is not null)
                result = EndTrial(trial, SsPolicyTrialState.Reverted, trial.Reason!, byHand: trial.IsByHand, recovered: null);
        }

        if (trial is not null)
            Report(trial, result!);
    }

    /// <summary>What a change that is about to be in force means for trials. Under the lock.</summary>
    /// <param name="name">What reports call it.</param>
    /// <param name="before">What is in force.</param>
    /// <param name="after">What will be.</param>
    /// <param name="asked">What the caller asks for; null for what the policy says.</param>
    private TrialTurn TurnTrial(string name, PolicySnapshot before, PolicySnapshot after, SsPolicyTrialOptions? asked)
    {
        Trials.Keep(after.Model);
        var current = Trials.Current;
        SsPolicyTrialResult? ended = null;
        if (current is { State: SsPolicyTrialState.Running })
        {
            if (LocalContext.TouchedBy(current.Fallback.Model, after.Model).Count == 0)
                return TurnBack(current, $"'{name}' is the policy before it again", after, byHand: true);

            // What it watches is as it was.
            if (asked is null && LocalContext.TouchedBy(before.Model, after.Model).Count == 0)
                return new TrialTurn(current, IsNew: false, null, null, null);
        }

        // Nobody need say so twice: what comes while one is on trial is tried with it, and is taken back with it.
        var options = asked ?? (after.Model.Trial.Seconds > 0 ? SsPolicyTrialOptions.Of(after.Model.Trial) : current is { State: SsPolicyTrialState.Running } ? current.Options : SsPolicyTrialOptions.None);
        var isTried = options.Duration > TimeSpan.Zero && !_trialsEnded;
        var fallback = current is { State: SsPolicyTrialState.Running } ? current.Fallback : before;
        TrialWatch? watch = null;
        if (isTried)
        {
            var touched = LocalContext.TouchedBy(before.Model, after.Model);
            touched.UnionWith(LocalContext.TouchedBy(fallback.Model, after.Model));
            watch = Watch(after.Model, touched, options, current?.Watching, false);
        }

        if (current is { State: SsPolicyTrialState.Running })
        {
            var what = isTried ? "is on trial in its place" : "holds without a trial";
            ended = EndTrial(current, SsPolicyTrialState.Superseded, $"'{name}' came before it was over, and {what}", byHand: false, recovered: null, after.Revision);
        }
        else if (current is not null)
        {
            ended = EndTrial(current, SsPolicyTrialState.Reverted, current.Reason!, current.IsByHand, recovered: null, after.Revision);
        }

        if (!isTried)
            return new TrialTurn(null, IsNew: false, current, ended, null);
        var trial = Trials.Current = new PolicyTrial(name, fallback, after, options, watch!, _options.Platform, Judge);
        return new TrialTurn(trial, IsNew: true, current, ended, null);
    }

    /// <summary>From now on the way back is watched. Under the lock.</summary>
    private TrialTurn TurnBack(PolicyTrial trial, string reason, PolicySnapshot after, bool byHand)
    {
        var watched = trial.Watching!;
        var touched = LocalContext.TouchedBy(Current.Model, after.Model);
        trial.Turn(reason, byHand, Watch(after.Model, touched, trial.Options, watched, true));
        return new TrialTurn(null, IsNew: false, trial, null, watched);
    }

    /// <summary>What is to be done for trials when a change is in force.</summary>
    private void GoOn(in TrialTurn turn)
    {
        if (turn is { Ended: { } over, Result: { } result })
            Report(over, result, holds: turn.Trial is null);
        if (turn is { Trial: { } begun, IsNew: true })
        {
            ContextLog.TrialBegan(_logger, begun.Name, begun.Revision, begun.Deadline, begun.Options.ConnectedPercent, begun.Options.AckedPercent);
            begun.Begin();
        }

        if (turn is { Ended: { } turned, Before: { } before })
        {
            Revive(before);
            turned.BeginRecovery();
        }
    }

    /// <summary>Something was seen, or time is up.</summary>
    private void Judge(PolicyTrial trial, bool timeIsUp)
    {
        SsPolicyTrialResult? result = null;
        string? problem = null;
        lock (_changing)
        {
            if (Trials.Current != trial || trial.Watching is not { } watched)
                return;
            if (trial.State == SsPolicyTrialState.Reverting)
            {
                if (!timeIsUp && !watched.IsSettled)
                    return;
                result = EndTrial(trial, SsPolicyTrialState.Reverted, trial.Reason!, trial.IsByHand, recovered: watched.Missing().Count == 0);
            }
            else if ((problem = timeIsUp ? watched.Problem() : watched.CertainProblem()) is null && timeIsUp)
            {
                result = EndTrial(trial, SsPolicyTrialState.Confirmed, string.Create(CultureInfo.InvariantCulture, $"what it touches worked for {trial.Options.Duration.TotalSeconds:0.###} s"), byHand: false, recovered: null);
            }
        }

        if (result is not null)
            Report(trial, result);
        else if (problem is not null)
            TakeBack(trial, problem, byHand: false);
    }

    private SsPolicyUpdate? TakeBack(PolicyTrial trial, string reason, bool byHand)
    {
        PolicySnapshot before, after;
        IReadOnlyList<SsPolicyEffect> effects;
        TrialTurn turn;
        lock (_changing)
        {
            if (Trials.Current != trial || trial.State != SsPolicyTrialState.Running)
                return null;
            before = _current;

            // The model itself, which was sound when it was in force: nothing is read again that could be refused now.
            after = trial.Fallback with { Revision = before.Revision + 1 };
            effects = Foresee(before.Model, after.Model);
            turn = TurnBack(trial, reason, after, byHand);
            Volatile.Write(ref _current, after);
        }

        if (!byHand)
            ContextLog.TrialFailed(_logger, trial.Name, trial.Revision, after.Revision, trial.Reason!);
        var update = Enact($"revert of {trial.Name}", apply: true, before, after, effects, trial: null);
        GoOn(turn);
        return update;
    }

    private SsPolicyTrialResult EndTrial(PolicyTrial trial, SsPolicyTrialState state, string reason, bool byHand, bool? recovered, long? revision = null)
    {
        var result = trial.End(state, revision ?? _current.Revision, reason, byHand, recovered);
        Volatile.Write(ref _lastTrial, result);
        Trials.Current = null;
        return result;
    }

    private void Report(PolicyTrial trial, SsPolicyTrialResult result, bool holds = true)
    {
        TrialCounted(result.State);
        if (result.Recovered == false)
            ContextLog.TrialNotRecovered(_logger, result.Name, result.Revision, string.Join("; ", result.NotRecovered));
        else
            ContextLog.TrialEnded(_logger, result.Name, result.TriedRevision, result.State, result.Reason);
        if (holds && result.State is SsPolicyTrialState.Confirmed or SsPolicyTrialState.Superseded)
            Settled();
        trial.Publish(result);
    }
}
