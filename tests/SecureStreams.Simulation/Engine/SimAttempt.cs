using SecureStreams.Simulation.Faults;
using SecureStreams.Simulation.Network;

namespace SecureStreams.Simulation.Engine;

/// <summary>One attempt of a stream and the connection that comes of it: what the simulation knows about it, and the product does not.</summary>
internal sealed class SimAttempt(int id, SimActor actor, long startedAt, long sleptBefore)
{
    public int Id { get; } = id;

    public SimActor Actor { get; } = actor;

    public long StartedAt { get; } = startedAt;

    /// <summary>How long the machine had slept when it began.</summary>
    public long SleptBefore { get; } = sleptBefore;

    /// <summary>Whether the stream's last end was a failure, so that it is the governor's business.</summary>
    public bool IsRetry { get; init; }

    /// <summary>Every fault that touched it.</summary>
    public FaultKind Faults { get; private set; }

    /// <summary>The connection its peer accepted; null before that.</summary>
    public SimConnection? Connection { get; set; }

    /// <summary>Whether the stream was told Connected.</summary>
    public bool Connected { get; set; }

    /// <summary>Whether the stream has been told, or has decided, that it is over.</summary>
    public bool Ended { get; set; }

    /// <summary>When the last byte came from the peer.</summary>
    public long LastHeard { get; set; }

    /// <summary>How long the machine had slept by then.</summary>
    public long SleptWhenHeard { get; set; }

    /// <summary>What the stream should receive next.</summary>
    public PayloadCursor Receiving = new(actor.Index, id, down: true);

    /// <summary>What the stream sends next.</summary>
    public PayloadCursor Sending = new(actor.Index, id, down: false);

    public void Touch(FaultKind fault) => Faults |= fault;
}
