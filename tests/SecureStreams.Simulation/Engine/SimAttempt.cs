using SecureStreams.Policy;
using SecureStreams.Simulation.Faults;
using SecureStreams.Simulation.Network;
using SecureStreams.Simulation.Peers;
using SecureStreams.Simulation.Transport;

namespace SecureStreams.Simulation.Engine;

/// <summary>One attempt of a stream and the connection that comes of it: what the simulation knows about it, and the product does not.</summary>
internal sealed class SimAttempt(int id, SimActor actor, StreamTypePolicy policy, SimServer server, long startedAt, long sleptBefore)
{
    public int Id { get; } = id;

    public SimActor Actor { get; } = actor;

    /// <summary>The policy that it is made under.</summary>
    public StreamTypePolicy Policy { get; } = policy;

    /// <summary>Where it goes.</summary>
    public SimServer Server { get; } = server;

    /// <summary>Its transport; null while that is being made.</summary>
    public SimTransport? Transport { get; set; }

    /// <summary>Whether it is to take the place of a connection that stands.</summary>
    public bool Replaces { get; init; }

    /// <summary>Whether its messages are acknowledged one by one.</summary>
    public bool Acknowledges => Policy.Protocol == WireProtocol.Mqtt;

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

    /// <summary>Whether the stream was asked to end it in order, because the policy wants another.</summary>
    public bool Finishes { get; set; }

    /// <summary>Whether its peer's answer to that has been read: everything that it had to say came before.</summary>
    public bool FinishAnswered { get; set; }

    /// <summary>Whether it was ended without that answer: its peer said nothing for too long, or reception rested.</summary>
    public bool FinishCut { get; set; }

    /// <summary>How many messages the stream was told of that the peer acknowledged or refused.</summary>
    public long Acknowledged { get; set; }

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
