using SecureStreams.Core;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Application;

/// <summary>What the application does between callbacks: one event for each stream, that plans itself anew.</summary>
internal sealed class SimApplication(SimWorld world)
{
    private const long Second = 1_000_000;

    /// <summary>Makes the stream of a place and keeps it busy.</summary>
    public void Start(SimActor actor)
    {
        Create(actor);
        new Turn(this, world, actor).Plan();
    }

    public void Create(SimActor actor)
    {
        Did(actor, AppAction.Create, 0);
        var handler = new SimHandler(world, actor);
        actor.Reset(handler);
        actor.Wants = world.Context.Policy.StreamTypes.TryGetValue(actor.Kind.Name, out var policy) && policy.NailedUp;

        // A whim of the handler may refuse it, or the policy has its streamtype no more; the place then stays without a stream until the next turn.
        world.Context.TryCreate(actor.Kind.Name, handler, new SsStreamOptions { UserState = actor }, out _, out _);
    }

    public void Connect(SimActor actor)
    {
        Did(actor, AppAction.Connect, 0);
        Asks(actor);

        // From outside it takes effect when its turn comes, which may be after a failure of this very moment; in a callback it is judged at once.
        if (actor.Depth == 0)
            actor.ConnectAskedAt = world.Clock.Now;
        if (actor.RetryDue >= 0)
            actor.RetryIsDue(world.Clock.Now, world.Clock.Slept);

        // What an application asks for is a first attempt, not a retry.
        actor.Failed = false;
        actor.Stream!.Connect();
    }

    public void Transmit(SimActor actor)
    {
        Asks(actor);
        if (actor.Kind.HasBody && world.Random.OneIn(2))
        {
            var length = Network.Payload.Total(actor.Index, down: false, message: 0);
            Did(actor, AppAction.TransmitLength, length);
            actor.Stream!.RequestTransmit(length);
            return;
        }

        Did(actor, AppAction.Transmit, 0);
        actor.Stream!.RequestTransmit();
    }

    public void Disconnect(SimActor actor)
    {
        Did(actor, AppAction.Disconnect, 0);
        actor.Wants = false;
        actor.AskedAt = world.Clock.Now;
        actor.NoRetry();
        actor.Stream!.Disconnect();
    }

    public void Dispose(SimActor actor)
    {
        Did(actor, AppAction.Dispose, 0);
        actor.Wants = false;
        actor.AskedAt = world.Clock.Now;
        actor.NoRetry();
        actor.Gone = actor.Stream!.DisposeAsync().AsTask();
    }

    public void Pause(SimActor actor)
    {
        Did(actor, AppAction.Pause, 0);
        actor.Paused = true;
        actor.Stream!.PauseReceive();
    }

    public void Resume(SimActor actor)
    {
        Did(actor, AppAction.Resume, 0);
        actor.Paused = false;
        actor.ResumedAt = world.Clock.Now;
        actor.Stream!.ResumeReceive();
    }

    /// <summary>From now on another handler is called, and never again the one before.</summary>
    public void ChangeHandlers(SimActor actor)
    {
        Did(actor, AppAction.ChangeHandlers, 0);
        actor.Handler = new SimHandler(world, actor);
        actor.Stream!.ChangeHandlers(actor.Handler);
    }

    /// <summary>What an operator would read now must be what the handler was told.</summary>
    public void Explain(SimActor actor)
    {
        var explanation = actor.Stream!.Explain();
        Did(actor, AppAction.Explain, explanation.Events.Count);
        var last = explanation.LastFailure?.Cause.DetailId ?? 0;
        if (last != actor.LastDetail)
            world.Violate("Explanation", actor, $"it explains detail {last}, and the handler was last told detail {actor.LastDetail}");
    }

    /// <summary>
    /// Something from outside of the stream's callbacks, in the very moment at which something else happens to it. What must be undone or counted in order (pausing, disconnecting) is left
    /// out: posted calls take effect after those that callbacks make meanwhile, and the simulation would have to know which.
    /// </summary>
    public void Interfere(SimActor actor)
    {
        if (!world.IsChaos || actor.Stream is null || actor.State is SsState.Destroying or SsState.None)
            return;
        switch (world.Random.Below(10))
        {
            case < 4:
                Transmit(actor);
                break;
            case < 6:
                Connect(actor);
                break;
            case 6:
                Dispose(actor);
                break;
            case 7:
                ChangeHandlers(actor);
                break;
            case 8:
                Explain(actor);
                break;
            default:
                Did(actor, AppAction.StartTimeout, 0);
                actor.Stream.StartTimeout(TimeSpan.FromMilliseconds(1));
                break;
        }
    }

    /// <summary>The stream has something to do from now on.</summary>
    public void Asks(SimActor actor)
    {
        if (actor.Wants)
            return;
        actor.Wants = true;
        actor.WantsSince = world.Clock.Now;
    }

    private void Did(SimActor actor, AppAction action, long number) => world.Trace.Add(TraceKind.Application, actor.Index, (int)action, number);

    private sealed class Turn(SimApplication application, SimWorld world, SimActor actor) : ISimEvent
    {
        public void Plan() => world.Clock.Schedule(
            actor.Paused ? world.Random.Between(Second / 10, 4 * Second) : world.Random.Between(2 * Second, 14 * Second), this, 0);

        public bool Fire(int argument)
        {
            if (world.Phase == SimPhase.Over)
                return false;
            Plan();
            if (actor.State == SsState.Destroying || actor.Stream is null)
            {
                // Whoever was asked to go has gone by now, whatever the network does.
                if (actor.Gone is { IsCompleted: false })
                    world.Violate("SilenceAfterEnd", actor, "the disposal has not completed seconds later");
                application.Create(actor);
                return true;
            }

            if (actor.Paused)
                application.Resume(actor);
            else if (world.IsChaos)
                Act(world.Random.Below(100));
            else if (actor.Kind.IsTransactional || actor.IsConnected || world.IsScenario)
                application.Transmit(actor);
            else if (world.Editor is not null && !actor.Wants)
                application.Connect(actor);
            return true;
        }

        private void Act(int chance)
        {
            switch (chance)
            {
                case < 62:
                    application.Transmit(actor);
                    break;
                case < 74:
                    application.Connect(actor);
                    break;
                case < 79:
                    application.Disconnect(actor);
                    break;
                case < 82:
                    application.Dispose(actor);
                    break;
                case < 90:
                    application.Pause(actor);
                    break;
                case < 93:
                    application.ChangeHandlers(actor);
                    break;
                case < 95:
                    application.Explain(actor);
                    break;
                case < 98:
                    application.Did(actor, AppAction.StartTimeout, 0);
                    actor.Stream!.StartTimeout(TimeSpan.FromMilliseconds(world.Random.Below(5000) + 1));
                    break;
                default:
                    application.Did(actor, AppAction.CancelTimeout, 0);
                    actor.Stream!.CancelTimeout();
                    break;
            }
        }
    }
}
