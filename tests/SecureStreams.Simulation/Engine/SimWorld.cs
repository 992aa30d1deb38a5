using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.Simulation.Application;
using SecureStreams.Simulation.Edits;
using SecureStreams.Simulation.Faults;
using SecureStreams.Simulation.Invariants;
using SecureStreams.Simulation.Network;
using SecureStreams.Simulation.Peers;
using SecureStreams.Simulation.Transport;

namespace SecureStreams.Simulation.Engine;

/// <summary>
/// One run: the product's context on a virtual clock, a seeded scheduler and a simulated network, with everything that acts on it. All of it happens on the thread
/// that calls <see cref="Run"/>, in an order that follows from the seed alone.
/// </summary>
internal sealed class SimWorld
{
    private readonly SimOptions _options;
    private readonly SimScheduler _scheduler;
    private readonly Invariant[] _invariants;
    private readonly FaultInjector _injector;
    private readonly IScenario? _scenario;
    private readonly List<SimAttempt> _attempts = [];

    private SimWorld(SimOptions options)
    {
        _options = options;
        Clock = new SimClock { LosesTime = options.Mutant == Mutant.LateTimers };
        Random = SimRandom.For(options.Seed, 1);
        Trace = new SimTrace(Clock, options.Trace);
        _scheduler = new SimScheduler(Clock, SimRandom.For(options.Seed, 3)) { LosesWakeUps = options.Mutant == Mutant.LosesWakeUps };
        Network = new SimNetwork(this);
        Servers = [.. options.Policy.Servers.Select(static (name, index) => new SimServer(name, 1 + index))];
        Actors = [.. Enumerable.Range(0, options.Streams).Select(MakeActor)];
        Application = new SimApplication(this);
        var budget = options.Policy.Model.Governor;
        GovernorWait = (((options.Streams / budget.InFlight) + 1) * SimTimes.ConnectTimeout) + (options.Streams * 60_000_000L / budget.AttemptsPerMinute);
        _injector = new FaultInjector(this, options.Faults, options.Chaos);
        _scenario = options.Scenario?.Invoke(this);
        var platform = SsPlatform.System with
        {
            Time = Clock,
            Scheduler = _scheduler,
            Random = new SimJitter(SimRandom.For(options.Seed, 4)) { AlwaysZero = options.Mutant == Mutant.NoJitter },
            Names = Network.Names,
            NetworkWatch = new SimNetworkWatch(),
            SocksProxy = null,
            Sockets = Network.Sockets,
        };
        var settings = new SsContextOptions { Platform = platform, Transports = _ => new SimTransportFactory(this, platform) };
        Context = options.Edits == 0
            ? new LocalContext(options.Policy.Model, settings)
            : new LocalContext(options.Policy.Model, [PolicyDocument.FromJson(options.Policy.Text, "policy")], [], settings);
        Editor = options.Edits == 0 ? null : new PolicyEditor(this, options.Edits, options.Chaos);
        _invariants =
        [
            new OneThread(this), new LegalSteps(this), new NoOverlap(this), new PayloadIntact(this), new AttemptBound(this), new RetryWindow(this), new JitterExists(this),
            new DeadPeer(this), new CauseNamed(this), new GovernorBound(this), new NeverLost(this), new SilenceAfterEnd(this),
            new AcknowledgedOnce(this), new NothingLost(this), new PlanKept(this), new EqualUnnoticed(this), new RefusedChangesNothing(this), new NewestPolicy(this),
        ];
    }

    public int Seed => _options.Seed;

    public Mutant Mutant => _options.Mutant;

    public SimClock Clock { get; }

    public SimTrace Trace { get; }

    /// <summary>Chance for all but faults, scheduling and jitter, which have their own.</summary>
    public SimRandom Random { get; }

    public SimNetwork Network { get; }

    public IReadOnlyList<SimServer> Servers { get; }

    public SimActor[] Actors { get; }

    public SimApplication Application { get; }

    public LocalContext Context { get; }

    /// <summary>Who edits the policy; null where it stays as it is.</summary>
    public PolicyEditor? Editor { get; }

    public SimPhase Phase { get; private set; }

    /// <summary>How long the governor may keep a retry back: until all others of its peer have had their turn, each taking as long as an attempt may.</summary>
    public long GovernorWait { get; }

    /// <summary>Whether the application has whims and the network random faults.</summary>
    public bool IsChaos => Phase == SimPhase.Chaos && _scenario is null;

    /// <summary>Whether the faults of this run are chosen.</summary>
    public bool IsScenario => _scenario is not null;

    /// <summary>Whether nothing is ready to run and nothing else is due now: only then may something be called late.</summary>
    public bool IsQuiet => _scheduler.IsIdle && (!Clock.HasNext || Clock.NextTime > Clock.Now);

    /// <summary>Every attempt by its id.</summary>
    public IReadOnlyList<SimAttempt> Attempts => _attempts;

    /// <summary>Messages that streams have sent whole.</summary>
    public int Messages { get; set; }

    /// <summary>Messages and requests that streams were told of that their peer acknowledged.</summary>
    public int Acknowledged { get; set; }

    public SimViolation? Violation { get; private set; }

    /// <summary>Runs one seed.</summary>
    public static SimResult Run(SimOptions options) => new SimWorld(options).Run();

    /// <summary>Notes the first invariant that did not hold; the run ends with the step.</summary>
    public void Violate(string invariant, SimActor? actor, string message) =>
        Violation ??= new SimViolation(Seed, Trace.Step, Clock.Now, invariant, actor is null ? message : $"{actor}: {message}", Trace.Last);

    public SimAttempt AttemptStarted(LocalStream stream, StreamTypePolicy policy)
    {
        var actor = (SimActor)stream.UserState!;

        // An attempt that its handler was told of follows Connecting; what takes the place of a connection that stands is told of when it does.
        var replaces = actor.State != SsState.Connecting;
        var server = Servers.First(one => one.Name == policy.Endpoint!.Text);
        var attempt = new SimAttempt(_attempts.Count, actor, policy, server, Clock.Now, Clock.Slept) { IsRetry = replaces || actor.Failed, Replaces = replaces };
        _attempts.Add(attempt);
        foreach (var invariant in _invariants)
            invariant.AttemptStarted(attempt);
        if (replaces)
        {
            actor.Next = attempt;
        }
        else
        {
            if (actor.Attempt is { } before)
                before.Ended = true;
            actor.Attempt = attempt;
        }

        Trace.Add(TraceKind.Attempt, actor.Index, attempt.Id, replaces ? 1 : 0);
        return attempt;
    }

    /// <summary>The transport of an attempt delivers nothing any more. The stream is told in its turn; of one that was to take a place it tells nobody.</summary>
    public static void AttemptStopped(SimAttempt attempt)
    {
        if (attempt.Actor.Next != attempt)
            return;
        attempt.Ended = true;
        attempt.Actor.Next = null;
    }

    /// <summary>The stream asks for a connection to be ended in order, because the policy wants another.</summary>
    public void Finishing(SimAttempt attempt)
    {
        attempt.Finishes = true;
        Trace.Add(TraceKind.Finish, attempt.Actor.Index, attempt.Id, 0);
        foreach (var invariant in _invariants)
            invariant.Finishing(attempt);
    }

    /// <summary>The stream lets an attempt or a connection go.</summary>
    public void LetGo(SimAttempt attempt, SsCauseCode because)
    {
        foreach (var invariant in _invariants)
            invariant.LetGo(attempt, because);

        // Nobody is told of an attempt that ends for another.
        if (because == SsCauseCode.PolicyChanged && !attempt.Connected)
            attempt.Ended = true;
    }

    /// <summary>The policy was edited, or an edit was refused.</summary>
    public void Edited(SimEdit edit)
    {
        foreach (var invariant in _invariants)
            invariant.Edited(edit);
    }

    /// <summary>A policy was put in force and streams are about to follow it.</summary>
    public void Planned(SimActor actor, SsPolicyEffect effect)
    {
        Trace.Add(TraceKind.Effect, actor.Index, (int)effect.Action, (long)effect.Impact);
        actor.IsPlanned(effect, Clock.Now);
        if (effect.Action != SsPolicyAction.AttemptNow)
        {
            // The stream may begin to wait at this very moment, before it follows the edit.
            actor.MayHurry |= effect.Impact >= PolicyImpact.Reconnect;
            return;
        }

        Application.Asks(actor);

        // One that is idle inside a callback may wait when its turn comes: what is live then ends no wait.
        if (actor.RetryDue >= 0 && effect.Impact >= PolicyImpact.Reconnect)
            actor.RetryIsDue(Clock.Now, Clock.Slept);
        else if (actor.RetryDue < 0 && actor.Attempt is null or { Ended: true })
            actor.Failed = false;
    }

    public void AttemptSeen(SimAttempt attempt)
    {
        foreach (var invariant in _invariants)
            invariant.AttemptSeen(attempt);
        _scenario?.AttemptSeen();
    }

    /// <summary>Runs <paramref name="work"/> among the mailboxes that are ready.</summary>
    public void Run(IThreadPoolWorkItem work) => _scheduler.Schedule(work);

    public void Enter(SimActor actor, SimHandler handler, SecureStream stream)
    {
        Clock.AssertThread();
        foreach (var invariant in _invariants)
            invariant.Entered(actor, handler, stream);
        actor.Depth++;
    }

    public void StateTold(SimActor actor, in SsStateChange change)
    {
        foreach (var invariant in _invariants)
            invariant.StateTold(actor, change);
        if (IsChaos && Random.OneIn(60))
            _scheduler.Schedule(new Interference(this, actor));
        if (change.Cause.DetailId != 0)
            actor.LastDetail = change.Cause.DetailId;
        if (change.State == SsState.QosAckRemote)
            Acknowledged++;
        if (change.State is SsState.QosAckRemote or SsState.QosNackRemote && actor.Attempt is { } answered)
            answered.Acknowledged++;
        if (SsStateTable.IsNotice(change.State))
            return;
        actor.State = change.State;
        var idle = change.Cause.NextAction != SsNextAction.Retry;
        switch (change.State)
        {
            case SsState.Unreachable:
            case SsState.Disconnected:
                if (actor.Attempt is { } attempt)
                    attempt.Ended = true;
                if (change.State == SsState.Disconnected)
                    Editor?.Ended(actor, change.Cause.Code);

                // An end that the application asked for, or that policy does not mend, is no failure to the governor; nor is one for a connection that stands already.
                if (change.Cause.Code == SsCauseCode.PolicyChanged && actor.Next is { Connected: true, Ended: false })
                    TakeOver(actor);
                else if (change.Cause.Code != SsCauseCode.LocalDisconnect && (change.State == SsState.Unreachable || !idle))
                    actor.Failed = true;
                if (change.State == SsState.Disconnected && idle)
                    actor.Wants = false;
                break;
            case SsState.Connected:
                actor.Failed = false;
                ConnectedUnder(actor);
                break;
            case SsState.AllRetriesFailed:
            case SsState.Destroying:
                actor.Wants = false;
                if (actor.Attempt is { } last)
                    last.Ended = true;
                break;
        }
    }

    public void Received(SimActor actor, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        foreach (var invariant in _invariants)
            invariant.Received(actor, payload, flags);
    }

    /// <summary>The connection that was made beside the one that has ended is the stream's from now on. Nobody read what its peer sent until now.</summary>
    private void TakeOver(SimActor actor)
    {
        if (actor.Next is not { Connected: true, Ended: false } next)
            return;
        actor.Attempt = next;
        actor.Next = null;
        actor.ResumedAt = Clock.Now;
    }

    /// <summary>A connection stands: what edits asked for is done, unless one came while it was made.</summary>
    private void ConnectedUnder(SimActor actor)
    {
        if (actor is not { Planned: { } planned, Attempt: { } attempt })
            return;
        var newest = Context.Policy.StreamTypes.GetValueOrDefault(actor.Kind.Name);
        if (newest is not null && PolicyStep.Between(attempt.Policy, newest) is not { Impact: >= PolicyImpact.Reconnect })
            actor.NothingPlanned();
        else if (attempt.Replaces || actor.PlannedAt == Clock.Now)
            actor.IsPlanned(planned with { Action = newest is null ? SsPolicyAction.End : SsPolicyAction.Replace }, actor.PlannedAt);
    }

    private SimActor MakeActor(int index)
    {
        var kind = _options.Policy.Kinds[(_options.FirstKind + index) % _options.Policy.Kinds.Length];
        return new SimActor(index, kind, Servers[kind.Server]) { Latency = Random.Between(1_000, 80_000) };
    }

    private SimResult Run()
    {
        foreach (var actor in Actors)
            Application.Start(actor);
        if (_scenario is null)
            _injector.Start();
        else
            _scenario.Start();
        Editor?.Start();
        RunUntil(_options.Chaos);
        _scenario?.Finish();
        Begin(SimPhase.Healed);
        Heal();
        if (Violation is null)
            Editor?.Finish();
        RunUntil(Clock.Now + SimTimes.Healing);
        Report(static invariant => invariant.Settled());
        Begin(SimPhase.Over);
        End();
        return new SimResult
        {
            Seed = Seed,
            Violation = Violation,
            TraceHash = Trace.Hash,
            Steps = Trace.Step,
            Time = Clock.Now,
            Faults = _injector.Count,
            Attempts = _attempts.Count,
            Messages = Messages,
            Acknowledged = Acknowledged,
            Edits = Editor?.Totals,
        };
    }

    private void Begin(SimPhase phase)
    {
        Phase = phase;
        Trace.Add(TraceKind.Phase, -1, (int)phase, 0);
    }

    private void RunUntil(long end)
    {
        while (Violation is null)
        {
            if (!_scheduler.IsIdle)
                _scheduler.RunOne();
            else if (!Clock.HasNext || Clock.NextTime > end)
                return;
            else if (!Clock.FireNext())
                continue;
            Trace.Step++;
            Editor?.Stepped();
            Report(static invariant => invariant.Stepped());
        }
    }

    private void Heal()
    {
        foreach (var actor in Actors)
            actor.Path.Heal();
        foreach (var server in Servers)
            server.Path.Heal();
        foreach (var connection in Network.Open)
            connection.Thaw();
    }

    private void End()
    {
        if (Violation is not null)
            return;
        foreach (var actor in Actors)
            actor.Gone = actor.Stream?.DisposeAsync().AsTask() ?? Task.CompletedTask;
        RunUntil(Clock.Now);
        var gone = Context.DisposeAsync().AsTask();
        RunUntil(Clock.Now);
        if (!gone.IsCompletedSuccessfully)
            Violate(nameof(SilenceAfterEnd), null, "the context has not gone with its streams");
        Report(static invariant => invariant.Ended());
    }

    private void Report(Action<Invariant> what)
    {
        if (Violation is not null)
            return;
        foreach (var invariant in _invariants)
            what(invariant);
    }
}
