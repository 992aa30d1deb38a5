namespace SecureStreams.Simulation.Engine;

/// <summary>What a line of the trace is about; its two numbers mean something else for each.</summary>
internal enum TraceKind : byte
{
    /// <summary>A callback told a state: the state, phase and code in one number.</summary>
    State,

    /// <summary>A piece arrived at the handler: its length and flags.</summary>
    Received,

    /// <summary>The handler was asked to send: pieces committed, result.</summary>
    Transmit,

    /// <summary>The peer took a piece: message, length.</summary>
    PeerReceived,

    /// <summary>A transport was made: attempt.</summary>
    Attempt,

    /// <summary>A name was answered: attempt, error.</summary>
    Resolved,

    /// <summary>A socket was answered: attempt, error.</summary>
    Socket,

    /// <summary>A fault was injected: kind, duration in ms.</summary>
    Fault,

    /// <summary>The application did something: what, and a number.</summary>
    Application,

    /// <summary>A phase of the run began.</summary>
    Phase,

    /// <summary>The policy was edited: what for, the revision in force.</summary>
    Edit,

    /// <summary>What the edit does to a stream: the action, the impact.</summary>
    Effect,

    /// <summary>A connection is asked to end in order, for another under the policy in force: attempt.</summary>
    Finish,
}
