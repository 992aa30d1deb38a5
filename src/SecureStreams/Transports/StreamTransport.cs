namespace SecureStreams.Transports;

/// <summary>
/// The seam between a stream and a wire protocol: one attempt, and if it succeeds the connection or transaction that follows. The contract suite in
/// <c>tests/SecureStreams.Tests/Transports</c> holds for every implementation.
/// </summary>
/// <remarks>
/// Members that end in OnMailbox are called on the stream's mailbox only. A transport keeps loops of its own, which enter the mailbox through a
/// <see cref="Implementation.MailboxEntry"/> to deliver. It never calls the sink inside <see cref="StartOnMailbox"/> or <see cref="CloseOnMailbox"/>.
/// </remarks>
internal abstract class StreamTransport
{
    /// <summary>
    /// Whether a connection carries one request and its answer (HTTP): it then ends by itself, and only an answer proves the peer sound. Otherwise (ws, raw, mqtt)
    /// it lasts, and having connected is proof.
    /// </summary>
    public virtual bool IsTransactional => false;

    /// <summary>The streamtype whose payload the writer wants now; null where that is the stream's own. From any thread.</summary>
    public virtual string? Rideshare => null;

    /// <summary>What the attempt waits for before it turns to its peer, for operators, as <c>waits for the token ...</c>; null while it waits for nothing else than the peer. From any thread.</summary>
    public virtual string? Waiting => null;

    /// <summary>Where the stream puts bytes.</summary>
    public abstract TransportWriter Writer { get; }

    /// <summary>Completes, never faulted, when every loop has ended and every buffer and socket is returned (or handed back to a pool).</summary>
    public abstract Task Completion { get; }

    /// <summary>Begins the attempt and returns at once.</summary>
    public abstract void StartOnMailbox();

    /// <summary>Stops or resumes delivery after the piece being delivered; what is not read stays in the transport and slows the peer.</summary>
    public abstract void PauseReceiveOnMailbox(bool paused);

    /// <summary>
    /// When the peer was last heard, as a timestamp of the platform's clock: any byte or sign of life counts, and at first the moment at which the connection came to be.
    /// Null while there is no connection, and where the peer owes no sign of life (a client that waits for its answer). The stream compares it with the policy's dead-peer bound whenever that may have run out.
    /// </summary>
    public virtual long? LastHeardOnMailbox => null;

    /// <summary>Where it leads, as details of failures name it; null while that is not known, or where there is nothing to name.</summary>
    public virtual string? EndpointOnMailbox => null;

    /// <summary>How its connection came to be, for operators; null while there is none. Looked at when it is connected.</summary>
    public virtual SsConnection? Connection => null;

    /// <summary>The status of the answer under way, where the protocol has one (HTTP); 0 before there is one. From any thread.</summary>
    public virtual int Status => 0;

    /// <summary>Whether the protocol can ask the peer for a sign of life.</summary>
    public virtual bool CanPing => false;

    /// <summary>Whether signs of life are heard while the stream has paused reception (shared connections). Otherwise silence does not count then.</summary>
    public virtual bool HearsWhilePaused => false;

    /// <summary>Asks the peer for a sign of life. Called only where <see cref="CanPing"/>.</summary>
    public virtual void PingOnMailbox()
    {
        // What cannot ask has nothing to do.
    }

    /// <summary>The application announces the length of the message that it is asked for next. What asks for its length at the start has it from its setup.</summary>
    /// <returns>Whether it can be sent; else it was refused (<see cref="ITransportSink.AcknowledgedOnMailbox"/>), and nothing is asked for.</returns>
    public virtual bool AnnounceLengthOnMailbox(long length) => true;

    /// <summary>The application says with which status its answer begins; only where <see cref="ITransportSink.ServerTransactionOnMailbox"/> was told.</summary>
    public virtual void ServerAckOnMailbox(int status)
    {
        // What is no server answers nothing.
    }

    /// <summary>As <see cref="CloseOnMailbox"/>, by a protocol that can tell the peer why.</summary>
    /// <param name="because">Why the stream lets go.</param>
    public virtual void CloseBecauseOnMailbox(SsCauseCode because) => CloseOnMailbox();

    /// <summary>
    /// Ends a connection that lasts in order, for another that takes its place: nothing follows what was released, what the peer still has to say is delivered, and
    /// <see cref="ITransportSink.ClosedOnMailbox"/> comes within a bound, in which time that reception is paused does not count. Called between messages. A protocol that has no such end is closed.
    /// </summary>
    public virtual void FinishOnMailbox() => CloseBecauseOnMailbox(SsCauseCode.PolicyChanged);

    /// <summary>As <see cref="CloseOnMailbox"/>, of a peer that is taken for dead: nothing is said to it, and nothing waits for it; a shared connection takes no more requests.</summary>
    public virtual void AbortOnMailbox() => CloseOnMailbox();

    /// <summary>
    /// The stream lets go: orderly where the protocol can (close frame, end of stream), at once where it cannot. May be called at any time and again;
    /// <see cref="ITransportSink.ClosedOnMailbox"/> still follows unless it has been called already.
    /// </summary>
    public abstract void CloseOnMailbox();
}
