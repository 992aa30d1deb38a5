using SecureStreams.Simulation.Application;
using SecureStreams.Simulation.Edits;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Invariants;

/// <summary>Something that holds at every step of every run. It sees everything as it happens and reports what should not be.</summary>
internal abstract class Invariant(SimWorld world)
{
    protected SimWorld World { get; } = world;

    protected long Now => World.Clock.Now;

    /// <summary>A callback begins.</summary>
    public virtual void Entered(SimActor actor, SimHandler handler, SecureStream stream)
    {
    }

    /// <summary>A state is told; the actor still has the one before.</summary>
    public virtual void StateTold(SimActor actor, in SsStateChange change)
    {
    }

    /// <summary>A piece is given to the handler.</summary>
    public virtual void Received(SimActor actor, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
    }

    /// <summary>A transport was made; the actor still has the attempt before.</summary>
    public virtual void AttemptStarted(SimAttempt attempt)
    {
    }

    /// <summary>A connection is asked to end in order, because the policy wants another.</summary>
    public virtual void Finishing(SimAttempt attempt)
    {
    }

    /// <summary>The stream lets an attempt or a connection go.</summary>
    public virtual void LetGo(SimAttempt attempt, SsCauseCode because)
    {
    }

    /// <summary>The policy was edited, or an edit was refused; no stream has had its turn yet.</summary>
    public virtual void Edited(SimEdit edit)
    {
    }

    /// <summary>An attempt did its first thing on the network.</summary>
    public virtual void AttemptSeen(SimAttempt attempt)
    {
    }

    /// <summary>After each event and each turn.</summary>
    public virtual void Stepped()
    {
    }

    /// <summary>The network has been sound for as long as any stream may take.</summary>
    public virtual void Settled()
    {
    }

    /// <summary>Everything has been disposed.</summary>
    public virtual void Ended()
    {
    }

    /// <summary>Reports that it does not hold.</summary>
    protected void Violated(SimActor? actor, string message) => World.Violate(GetType().Name, actor, message);
}
