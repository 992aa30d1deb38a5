namespace SecureStreams.Simulation.Protocol;

/// <summary>The frames of the simulated protocol.</summary>
internal enum FrameType : byte
{
    /// <summary>Client: begins a lasting connection.</summary>
    Hello = 1,

    /// <summary>Server: the connection stands.</summary>
    Welcome,

    /// <summary>Either: a piece of a message.</summary>
    Data,

    Ping,

    Pong,

    /// <summary>Server: the message with this sequence number is acknowledged.</summary>
    Ack,

    /// <summary>Server: the message or request is refused.</summary>
    Nack,

    /// <summary>Server: come back later; the sequence number is how many milliseconds later, 0 for no word about it.</summary>
    Busy,

    /// <summary>Either: the connection ends in order; from a server before Welcome, it refuses.</summary>
    Close,

    /// <summary>Either: nothing more will be sent this way.</summary>
    End,

    /// <summary>Client: begins a transaction.</summary>
    Request,

    /// <summary>Server: the head of an answer; the sequence number is the status.</summary>
    Response,
}
