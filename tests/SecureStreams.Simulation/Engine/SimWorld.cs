using SecureStreams.Core;
using SecureStreams.Simulation.Application;
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
        Context = new LocalContext(options.Policy.Model, new SsContextOptions { Platform = platform, Transports = _ => new SimTransportFactory(this, platform) });
        _invariants =
        [
            new OneThread(this), new LegalSteps(this), new NoOverlap(this), new PayloadIntact(this), new AttemptBound(this), new RetryWindow(this), new JitterExists(this),
            new DeadPeer(this), new CauseNamed(this), new GovernorBound(this), new NeverLost(this), new SilenceAfterEnd(this),
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

    public SimViolation? Violation { get; private set; }

    /// <summary>Runs one seed.</summary>
    public static SimResult Run(SimOptions options) => new SimWorld(options).Run();

    /// <summary>Notes the first invariant that did not hold; the run ends with the step.</summary>
    public void Violate(string invariant, SimActor? actor, string message) =>
        Violation ??= new SimViolation(Seed, Trace.Step, Clock.Now, invariant, actor is null ? message : $"{actor}: {message}", Trace.Last);

    public SimAttempt AttemptStarted(LocalStream stream)
    {
        var actor = (SimActor)stream.UserState!;
        if (actor.Attempt is { } before)
            before.Ended = true;
        var attempt = new SimAttempt(_attempts.Count, actor, Clock.Now, Clock.Slept) { IsRetry = actor.Failed };
        _attempts.Add(attempt);
        actor.Attempt = attempt;
        Trace.Add(TraceKind.Attempt, actor.Index, attempt.Id, 0);
        return attempt;
    }

    public void AttemptSeen(SimAttempt attempt)
    {
        foreach (var invariant in _invariants)
            invariant.AttemptSeen(attempt);
        _scenario?.AttemptSeen();
    }

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

                // An end that the application asked for, or that policy does not mend, is no failure to the governor.
                if (change.Cause.Code != SsCauseCode.LocalDisconnect && (change.State == SsState.Unreachable || !idle))
                    actor.Failed = true;
                if (change.State == SsState.Disconnected && idle)
                    actor.Wants = false;
                break;
            case SsState.Connected:
                actor.Failed = false;
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
        RunUntil(_options.Chaos);
        _scenario?.Finish();
        Begin(SimPhase.Healed);
        Heal();
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
