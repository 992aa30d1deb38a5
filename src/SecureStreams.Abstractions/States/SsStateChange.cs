namespace SecureStreams;

/// <summary>What <see cref="SecureStreamHandler.OnState"/> is told: the state, why, and the protocol's own number where it has one.</summary>
/// <param name="State">The new state, or a notice (see <see cref="SsStateTable.IsNotice"/>), or a user state at or above <see cref="SsState.UserBase"/>.</param>
/// <param name="Cause">Why. <see cref="SsCause.None"/> where nothing needs explaining (creating, connecting on request, connected).</param>
/// <param name="Ack">The protocol's number: the HTTP status for <see cref="SsState.QosAckRemote"/>, <see cref="SsState.QosNackRemote"/>, user states; else 0.</param>
public readonly record struct SsStateChange(SsState State, SsCause Cause, int Ack)
{
    /// <summary>A change that needs no explanation.</summary>
    public SsStateChange(SsState state)
        : this(state, SsCause.None, 0)
    {
    }

    /// <summary>
    /// For <see cref="SsState.QosAckRemote"/> and <see cref="SsState.QosNackRemote"/> of mqtt: the message that they are about, by the number that <see cref="SsTransmit.Message"/> was while it was
    /// committed. So whoever took over from another handler tells its own messages from those of the one before. 0 where it is about no message that was taken, and on h1 and h2, where it is about
    /// the transaction under way.
    /// </summary>
    public long Message { get; init; }
}
