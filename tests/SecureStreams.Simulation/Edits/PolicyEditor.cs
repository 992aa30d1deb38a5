using System.Collections.Immutable;
using SecureStreams.Policy;
using SecureStreams.Simulation.Engine;
using SecureStreams.Transports;

namespace SecureStreams.Simulation.Edits;

/// <summary>
/// Edits the policy of the device at random moments: between everything else, among the mailboxes that are ready, and inside callbacks. Each edit is planned first. What is made of the
/// plan is the invariants' business.
/// </summary>
internal sealed class PolicyEditor : ISimEvent, IThreadPoolWorkItem
{
    private const long Second = 1_000_000;

    // All edits but the last are done so long before the end.
    private const long Reserve = 10 * Second;

    private readonly SimWorld _world;
    private readonly SimRandom _random;
    private readonly int _edits;
    private readonly long _chaos;
    private readonly EditChoice _choice;
    private readonly List<PolicyModel> _beforeThisMoment = [];
    private PolicyState _last;
    private long _changedAt = -1;
    private bool _owesInside;

    public PolicyEditor(SimWorld world, int edits, long chaos)
    {
        _world = world;
        (_edits, _chaos) = (edits, chaos);
        _random = SimRandom.For(world.Seed, 5);
        _choice = new EditChoice(PolicyDraft.Of(world.Context.Policy), _random);
        _last = PolicyState.Of(world.Context);
    }

    public EditTotals Totals { get; } = new();

    /// <summary>The policies that were in force at this moment, before edits made at it: whoever has not had its turn may still go by them.</summary>
    public IReadOnlyList<PolicyModel> BeforeThisMoment => _changedAt == _world.Clock.Now ? _beforeThisMoment : [];

    /// <summary>Whether the policy has no such streamtype, or had none at this moment.</summary>
    public bool WasAbsent(string streamType) => !_world.Context.Policy.StreamTypes.ContainsKey(streamType) || BeforeThisMoment.Any(model => !model.StreamTypes.ContainsKey(streamType));

    public void Start() => Plan();

    public bool Fire(int argument)
    {
        if (_world.Phase != SimPhase.Chaos || Left <= 0)
            return false;
        switch (_random.Below(10))
        {
            case < 5:
                Edit(isQuiet: true);
                break;
            case < 7:
                Edit(isQuiet: true);
                Edit(isQuiet: false);
                break;
            case < 8:
                _world.Run(this);
                break;
            default:
                _owesInside = true;
                break;
        }

        Plan();
        return true;
    }

    /// <summary>Among the mailboxes that are ready.</summary>
    public void Execute() => Edit(isQuiet: false);

    /// <summary>A callback is under way: the edit that is to be made in one is made now.</summary>
    public void EditInside()
    {
        if (!_owesInside || _world.Phase != SimPhase.Chaos)
            return;
        _owesInside = false;
        Edit(isQuiet: false);
    }

    /// <summary>A trial may have been taken back by itself; no stream has had its turn since.</summary>
    public void Stepped()
    {
        var context = _world.Context;
        if (context.PolicyRevision == _last.Revision)
            return;
        var effects = _world.Actors
            .Where(actor => actor.Stream is not null && !Equals(_last.Model.StreamTypes.GetValueOrDefault(actor.Kind.Name), context.Policy.StreamTypes.GetValueOrDefault(actor.Kind.Name)))
            .Select(actor => actor.Stream!.Foresee(context.Policy.StreamTypes.GetValueOrDefault(actor.Kind.Name))).OfType<SsPolicyEffect>().ToList();
        _choice.IsTakenBack();
        Made(EditKind.TrialFailed, null, null, effects, isQuiet: false);
    }

    /// <summary>The last edit: every streamtype is there, and asks for another connection, however far it is behind.</summary>
    public void Finish()
    {
        while (Left > 0)
            Edit(isQuiet: false);
        var text = _choice.Last();
        Apply(EditKind.Last, isQuiet: false, context => context.Plan(text), context => context.UpdatePolicy(text, SsPolicyTrialOptions.None));
    }

    /// <summary>A connection ended: counted if because of an edit.</summary>
    public void Ended(SimActor actor, SsCauseCode because)
    {
        if (because == SsCauseCode.StreamTypeRemoved)
            Totals.Removed++;
        else if (because == SsCauseCode.PolicyChanged && actor.Next is { Connected: true, Ended: false })
            Totals.Replaced++;
        else if (because == SsCauseCode.PolicyChanged)
            Totals.Reconnected++;
    }

    private long Left => _edits - 1 - Totals.Edits;

    private void Plan()
    {
        var average = Math.Max((_chaos - Reserve - _world.Clock.Now) / Math.Max(Left + 1, 1), Second / 1000);
        _world.Clock.Schedule(_random.Between(average / 2, (average * 3) / 2), this, 0);
    }

    private void Edit(bool isQuiet)
    {
        if (Left <= 0)
            return;
        var context = _world.Context;
        if (context.CurrentTrial is { State: SsPolicyTrialState.Running } && _random.OneIn(4))
        {
            EndTrial(isQuiet, context);
            return;
        }

        var kind = _choice.Kind(context.AppliedOverlays.Count);
        switch (kind)
        {
            case EditKind.Overlay:
                var overlay = PolicyDocument.FromJson(_choice.Overlay(), $"overlay {_random.Below(EditChoice.MostOverlays)}");
                Apply(kind, isQuiet, one => one.PlanOverlay(overlay), one => one.ApplyOverlay(overlay));
                break;
            case EditKind.OverlayRemoval:
                var name = context.AppliedOverlays[_random.Below(context.AppliedOverlays.Count)];
                Apply(kind, isQuiet, one => one.PlanWithoutOverlay(name)!, one => one.RemoveOverlay(name)!);
                break;
            case EditKind.Invalid when _random.OneIn(3):
                var wrong = PolicyDocument.FromJson("""{ "retry": [ { "ever": { "svalidhup": "long" } } ] }""", "overlay 0");
                Apply(kind, isQuiet, one => one.PlanOverlay(wrong), one => one.ApplyOverlay(wrong));
                break;
            default:
                var text = _choice.Document(kind);
                var trial = kind == EditKind.Trial ? new SsPolicyTrialOptions { Duration = TimeSpan.FromSeconds(2 + _random.Below(30)), ConnectedPercent = 45 * _random.Below(3) } : null;
                Apply(kind, isQuiet, one => one.Plan(text), one => one.UpdatePolicy(text, trial));
                break;
        }
    }

    private void EndTrial(bool isQuiet, LocalContext context)
    {
        if (_random.OneIn(2))
        {
            if (!context.ConfirmTrial())
                _world.Violate(nameof(EditKind.TrialConfirmed), null, "a trial that was running could not be confirmed");
            Made(EditKind.TrialConfirmed, null, null, [], isQuiet);
            return;
        }

        var update = context.RevertTrial();
        if (update is null)
            _world.Violate(nameof(EditKind.TrialReverted), null, "a trial that was running could not be taken back");
        _choice.IsTakenBack();
        Made(EditKind.TrialReverted, null, update, update?.Effects ?? [], isQuiet);
    }

    private void Apply(EditKind kind, bool isQuiet, Func<LocalContext, SsPolicyUpdate> plan, Func<LocalContext, SsPolicyUpdate> update)
    {
        var planned = plan(_world.Context);
        if (PolicyState.Of(_world.Context) is var state && state.Revision != _last.Revision)
            _world.Violate("PlanKept", null, $"a plan changed the policy: revision {_last.Revision} is {state.Revision} now");
        var done = update(_world.Context);
        if (_world.Mutant == Mutant.RefusedEditActs && done.Refusal is not null)
            _world.Context.ApplyOverlay("""{ "retry": [ { "ever": { "svalidhup": 21 } } ] }""", "mutant");
        Made(kind, planned, done, done.Effects, isQuiet);
        if (_world.Mutant == Mutant.EditReconnectsEqual && done.Applied)
            ReconnectEqual();
    }

    private void Made(EditKind kind, SsPolicyUpdate? plan, SsPolicyUpdate? update, IReadOnlyList<SsPolicyEffect> effects, bool isQuiet)
    {
        if (_changedAt != _world.Clock.Now)
            _beforeThisMoment.Clear();
        _changedAt = _world.Clock.Now;
        _beforeThisMoment.Add(_last.Model);
        var edit = new SimEdit { Kind = kind, Plan = plan, Update = update, Effects = effects, Before = _last, After = PolicyState.Of(_world.Context), IsQuiet = isQuiet };
        _last = edit.After;
        Totals.Count(edit);
        _world.Trace.Add(TraceKind.Edit, -1, (int)kind, edit.After.Revision);
        _world.Edited(edit);
        foreach (var actor in _world.Actors)
        {
            if (actor.Stream is { } stream && effects.FirstOrDefault(one => one.StreamId == stream.Id) is { } effect)
                _world.Planned(actor, effect);
            else if (!Equals(edit.Before.Model.StreamTypes.GetValueOrDefault(actor.Kind.Name), edit.After.Model.StreamTypes.GetValueOrDefault(actor.Kind.Name)))
                actor.IsUntouched(_world.Clock.Now);

            // Whoever lost its connection to what is taken back is asked to connect again, as the application would.
            if (kind is EditKind.TrialReverted or EditKind.TrialFailed && actor.RetryDue < 0 && actor.Attempt is null or { Ended: true })
                actor.Failed = false;
        }
    }

    /// <summary>A defect for the invariants to find.</summary>
    private void ReconnectEqual()
    {
        var actor = _world.Actors[_random.Below(_world.Actors.Length)];
        if (actor is { IsConnected: true, Kind.IsTransactional: false, Planned: null, Attempt.Ended: false })
            actor.Attempt.Transport!.EndLater(new TransportFailure(SsPhase.Update, SsCauseCode.PolicyChanged, "A defect of the simulation."));
    }
}
