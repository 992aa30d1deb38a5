namespace SecureStreams.Transports;

/// <summary>
/// What a transport tells the stream above it. Every call is made on the stream's mailbox and names its transport, so that a stream ignores one it has let go.
/// During any call the stream may call <see cref="StreamTransport.CloseOnMailbox"/>: a transport checks that after each call before it goes on.
/// </summary>
internal interface ITransportSink
{
    /// <summary>The connection is usable (HTTP: the response head arrived and is neither a redirect being followed nor "come back later").</summary>
    void ConnectedOnMailbox(StreamTransport transport);

    /// <summary>The transport can take bytes; the stream calls tx if the application asked for it.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="due">Whether bytes are expected now (an HTTP body is open), so tx is called even if nobody asked.</param>
    void WritableOnMailbox(StreamTransport transport, bool due);

    /// <summary>A piece of at most 16 KiB arrived; it is consumed when the call returns. With <see cref="SsRxFlags.PerfJson"/> it is a <see cref="PerfReport"/>.</summary>
    void ReceivedOnMailbox(StreamTransport transport, ReadOnlySpan<byte> payload, SsRxFlags flags);

    /// <summary>A user state from <c>http_resp_map</c>, before <see cref="ConnectedOnMailbox"/>.</summary>
    void UserStateOnMailbox(StreamTransport transport, SsState state, int status);

    /// <summary>A request came whole as far as its head goes, after <see cref="ConnectedOnMailbox"/>: the application may answer. Only transports in the role of a server tell it.</summary>
    void ServerTransactionOnMailbox(StreamTransport transport)
    {
        // Who makes no such transports hears of none.
    }

    /// <summary>After <see cref="ServerTransactionOnMailbox"/>: the request was one to upgrade to a connection that lasts, and is; payload is that connection's from now on.</summary>
    void ServerUpgradedOnMailbox(StreamTransport transport)
    {
        // Who makes no such transports hears of none.
    }

    /// <summary>The transport starts the request again from its beginning (a redirect that keeps method and body): the application sees Connecting again.</summary>
    void RestartedOnMailbox(StreamTransport transport, TransportFailure reason);

    /// <summary>The peer acknowledged or refused the transaction or message.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="ack">Whether it is acknowledged.</param>
    /// <param name="refusal">Why it is refused; null when it is acknowledged.</param>
    /// <param name="status">The protocol's number.</param>
    /// <param name="message">Which message, by the number that <see cref="Implementation.SsTransmitBuffer.MessageNumber"/> was while it was taken; 0 for the transaction, or for none that was taken.</param>
    void AcknowledgedOnMailbox(StreamTransport transport, bool ack, TransportFailure? refusal, int status, long message = 0);

    /// <summary>
    /// The attempt failed, or the connection or transaction ended. Exactly once for every started transport, and last.
    /// </summary>
    /// <param name="transport">The transport.</param>
    /// <param name="failure">Why; null when it ended as it should (an HTTP transaction that was acknowledged or refused).</param>
    void ClosedOnMailbox(StreamTransport transport, TransportFailure? failure);
}
